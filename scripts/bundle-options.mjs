/** How esbuild bundles for Node.js, for a package in this folder. */
export function bundleOptions(root) {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    metafile: true,
    // Node.js has the same, and the package's own tables are larger than all the rest of node-fetch.
    alias: { 'whatwg-url': 'node:url' },
  };
}
