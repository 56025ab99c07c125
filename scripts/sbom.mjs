// The list of components of the tarball, in CycloneDX: what npm says of the installed packages, for those whose code is in a
// bundle. npm itself counts all of these as development dependencies, because the package is installed without them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPackages } from './licenses.mjs';

/** The SBOM of the last build, as an object, for the package of this name: those for all versions of cdk8s-plus have the same components. */
export function sbom(root, name) {
  const bundles = JSON.parse(readFileSync(join(root, 'build', 'bundles.json'), 'utf8'));
  const folders = bundledPackages(Object.values(bundles).flat());
  const inside = new Map(folders.map((folder) => [idOf(join(root, folder)), folder]));
  const all = JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }),
  );
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const id = idOf(root);
  const named = `${name}@${id.split('@')[1]}`;
  const isInside = (ref) => inside.has(ref) || ref === id;
  const components = all.components.filter((component) => inside.has(component['bom-ref']));
  if (components.length !== inside.size)
    throw new Error(`npm knows only ${components.length} of ${[...inside.keys()]}`);
  return {
    ...all,
    // npm names it after the folder.
    metadata: {
      ...all.metadata,
      component: { ...all.metadata.component, name, 'bom-ref': named, purl: `pkg:npm/${named}` },
    },
    components: components.map(({ properties, ...component }) => ({
      ...component,
      // npm has none of a package that another one brings along in its own tarball, even if it is installed once more.
      hashes: [{ alg: 'SHA-512', content: digest(lock.packages[inside.get(component['bom-ref'])].integrity) }],
    })),
    dependencies: all.dependencies
      .filter(({ ref }) => isInside(ref))
      .map(({ ref, dependsOn }) => ({ ref: ref === id ? named : ref, dependsOn: dependsOn.filter(isInside) })),
  };
}

function idOf(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name}@${version}`;
}

function digest(integrity) {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
}
