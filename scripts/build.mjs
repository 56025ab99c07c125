// Builds into build/: the in-cluster programs, one file each, and the command line (esbuild), then the constructs (jsii).
// `--watch` keeps the constructs up to date while you work on them; `--if-stale` does nothing if nothing has changed.
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.mjs';
import { buildConstructs } from './constructs.mjs';
import { bundledPackages, licences } from './licenses.mjs';
import { isStale } from './stale.mjs';

if (process.argv.includes('--if-stale') && !isStale()) process.exit();

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'lib', 'programs');
const target = join(root, 'build', 'programs');

rmSync(join(root, 'build'), { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const bundled = bundleOptions(root);
const programs = await build({
  ...bundled,
  entryPoints: readdirSync(sources, { recursive: true })
    .filter((file) => file.endsWith('.program.ts'))
    .map((file) => ({ in: join(sources, file), out: basename(file, '.program.ts') })),
  outdir: target,
  minify: true,
  legalComments: 'none',
  // For scripts/trace.mjs. A program does not name its map, which is not in the cluster.
  sourcemap: 'external',
  sourcesContent: false,
});
await build({
  ...bundled,
  entryPoints: [join(root, 'cli', 'index.ts')],
  outfile: join(root, 'build', 'cli.js'),
});
const executable = await build({
  ...bundled,
  entryPoints: [join(root, 'cli', 'main.ts')],
  outfile: join(root, 'build', 'cdk8s-work-queue.js'),
  banner: { js: '#!/usr/bin/env node' },
  // Of the Kubernetes client this leaves a quarter.
  minify: true,
  legalComments: 'none',
});
chmodSync(join(root, 'build', 'cdk8s-work-queue.js'), 0o755);
// At the end of each program, which is copied into manifests without the package, and once in a file for all.
// Programs with packages are large, so they are compressed. Not at synth: another version of zlib would rename all Jobs.
for (const [output, { inputs }] of Object.entries(programs.metafile.outputs)) {
  const packages = bundledPackages(Object.keys(inputs));
  if (packages.length === 0) continue;
  const file = join(root, output);
  appendFileSync(file, `/*\n${licences(root, packages)}*/\n`);
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
  copyFileSync(join(sources, 'runtime', 'compressed.js'), file);
}
for (const script of ['courier/shim.sh', 'courier/runner.sh', 'amqp-consume/consume.sh'])
  copyFileSync(join(sources, script), join(target, basename(script)));

const constructs = await buildConstructs(root, { watch: process.argv.includes('--watch') });
const metafiles = [programs.metafile, executable.metafile, constructs]; // build/cli.js is not in the package
const bundles = Object.entries(Object.assign({}, ...metafiles.map(({ outputs }) => outputs)))
  .filter(([output]) => output.endsWith('.js'))
  .map(([output, { inputs }]) => [output, Object.keys(inputs)]);
writeFileSync(
  join(root, 'build', 'THIRD-PARTY-LICENSES'),
  licences(root, bundledPackages(bundles.flatMap(([, sources]) => sources))),
);
// The sources of each bundle, for the tests and for the list of components that comes with a release.
writeFileSync(join(root, 'build', 'bundles.json'), JSON.stringify(Object.fromEntries(bundles), null, 2));
