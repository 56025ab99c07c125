// What the constructs need beside their own modules, put into these modules: a few packages, and the programs that run in
// the cluster. So a chart works without other files of this package, also if a bundler makes one file of an app.
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.mjs';
import { bundledPackages, licences } from './licenses.mjs';

/**
 * Bundles each module that imports another package than the peers, with what it uses of it. The packages as dependencies
 * would be in the tarball as a whole, with all their builds: jsii allows only bundled dependencies, and npm lets nobody
 * choose among their files.
 *
 * @returns the metafile of esbuild
 */
export async function bundlePackages(root) {
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const isBundled = (name) => !/^(\.|node:)/.test(name) && !Object.hasOwn(peerDependencies, name);
  const sources = readdirSync(join(root, 'lib'), { recursive: true })
    .map((file) => join('lib', file))
    .filter((file) => file.endsWith('.ts') && !file.startsWith(join('lib', 'programs')))
    .filter((file) => imports(readFileSync(join(root, file), 'utf8')).some(isBundled));
  const { metafile } = await build({
    ...bundleOptions(root),
    entryPoints: sources.map((file) => join(root, file)),
    outbase: join(root, 'lib'),
    outdir: join(root, 'build', 'lib'),
    external: Object.keys(peerDependencies),
    plugins: [OWN_MODULES_STAY],
    format: 'cjs',
    legalComments: 'none',
  });
  // With /*!, bundlers keep them.
  for (const [output, { inputs }] of Object.entries(metafile.outputs)) {
    appendFileSync(join(root, output), `/*!\n${licences(root, bundledPackages(Object.keys(inputs)))}*/\n`);
  }
  return metafile;
}

/** A bundle requires the other modules of the package as before. */
const OWN_MODULES_STAY = {
  name: 'own-modules-stay',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, importer }) =>
      importer.includes('node_modules') ? undefined : { path, external: true },
    );
  },
};

function imports(source) {
  return [...source.matchAll(/^(?:import|export) (?!type )[^;]*? from '([^']+)';$/gm)].map(([, name]) => name);
}

/** Writes the module that stands for lib/manifest/built-file.ts. */
export function embedPrograms(root) {
  const folder = join(root, 'build', 'programs');
  const names = readdirSync(folder).filter((name) => !name.endsWith('.map'));
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
  writeFileSync(
    join(root, 'build', 'lib', 'manifest', 'built-file.js'),
    `"use strict";
// Written by scripts/self-contained.mjs: the files of build/programs in base64.
Object.defineProperty(exports, "__esModule", { value: true });
exports.builtFile = builtFile;
const FILES = ${JSON.stringify(files, null, 2)};
function builtFile(name) {
  return Object.hasOwn(FILES, name) ? Buffer.from(FILES[name], "base64") : undefined;
}
`,
  );
}
