// Builds into build/: the in-cluster programs, one file each, and the command line (esbuild), then the constructs (jsii).
// `--watch` keeps the constructs up to date while you work on them; `--if-stale` does nothing if nothing has changed.
import { spawnSync } from 'node:child_process';
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
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundledPackages, licences } from './licenses.mjs';
import { bundlePackages, embedPrograms } from './self-contained.mjs';
import { isStale } from './stale.mjs';

if (process.argv.includes('--if-stale') && !isStale()) process.exit();

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'lib', 'programs');
const target = join(root, 'build', 'programs');

rmSync(join(root, 'build'), { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const bundled = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  metafile: true,
  // Node.js has the same, and the package's own tables are larger than all the rest of node-fetch.
  alias: { 'whatwg-url': 'node:url' },
};
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

const jsii = createRequire(import.meta.url).resolve('jsii/bin/jsii');
const { status } = spawnSync(
  process.execPath,
  [
    jsii,
    '--tsconfig=tsconfig.jsii.json',
    // Members that are reserved words in languages that the package is not published for.
    '--silence-warnings=reserved-word',
    // jsii wants the oldest peers installed; the lock file has the newest.
    '--silence-warnings=metadata/missing-dev-dependency',
    ...(process.argv.includes('--watch') ? ['--watch'] : []),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    // jsii warns on every run that Node 20 has left its own support; it works there, and so does the package.
    env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' },
  },
);
if (status !== 0) process.exit(status ?? 1);

const constructs = await bundlePackages(root, bundled);
embedPrograms(root);
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
