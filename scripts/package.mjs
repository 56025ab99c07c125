// Builds, and writes what a release publishes into release/: `npm run package`. There is a package for each version of cdk8s-plus
// in each language.
//   js/             tarballs, and the SBOM of each in release/; the packages of other languages contain the same tarball
//   python/         wheels and source distributions
//   java/NAME/      sources, as a Maven project; with --jars, java/ is a Maven repository with jars
//   go/, dotnet/    sources
//   packages.json   what they are called
//
//   --plus VERSION  only for this version of cdk8s-plus; may be repeated
//   --jars          builds jars, which requires Maven and the jars of cdk8s
//   --recurse       for Java and Go, the sources of the packages that they depend on as well
//   --out FOLDER    instead of release/
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import plusVersions from './plus-versions.cjs';
import { sbom } from './sbom.mjs';
import { names, stage } from './variants.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tool = (name) => join(root, 'node_modules', '.bin', name);

const { values } = parseArgs({
  options: {
    plus: { type: 'string', multiple: true, default: plusVersions.VERSIONS },
    jars: { type: 'boolean', default: false },
    recurse: { type: 'boolean', default: false },
    out: { type: 'string', default: join(root, 'release') },
  },
});
const out = resolve(values.out);
const recurse = values.recurse ? ['--recurse'] : [];

run(process.execPath, [join('scripts', 'build.mjs'), '--if-stale'], root);
for (const folder of ['js', 'python', 'java', 'go', 'dotnet'])
  rmSync(join(out, folder), { recursive: true, force: true });
for (const folder of ['js', 'java']) mkdirSync(join(out, folder), { recursive: true });
for (const version of values.plus) {
  const { npm } = names(version);
  const folder = await stage(version);
  run('npm', ['pack', '--silent', '--pack-destination', join(out, 'js')], folder);
  const components = sbom(root);
  const { component } = components.metadata;
  const described = { ...components, metadata: { ...components.metadata, component: { ...component, name: npm } } };
  writeFileSync(join(out, `${npm}-${component.version}.cdx.json`), `${JSON.stringify(described, null, 2)}\n`);
  // The sample of the README in the language of each package; jsii-pacmak finds it beside the assembly.
  run(tool('jsii-rosetta'), ['extract', '--compile', '--strict', '.'], folder);
  pacmak(folder, out, ['--targets', 'python']);
  pacmak(folder, out, ['--targets', 'go', '--code-only', ...recurse]);
  if (!values.recurse) pacmak(folder, out, ['--targets', 'dotnet', '--code-only']);
  if (values.jars) pacmak(folder, out, ['--targets', 'java']);
  else javaSources(folder, join(out, 'java', npm));
}
const packages = values.plus.map((plus) => ({ plus, names: names(plus) }));
writeFileSync(join(out, 'packages.json'), `${JSON.stringify(packages, null, 2)}\n`);

/** jsii-pacmak writes the sources of each package into the same folder. */
function javaSources(folder, target) {
  const generated = mkdtempSync(join(out, 'java', 'generated-'));
  pacmak(folder, generated, ['--targets', 'java', '--code-only', ...recurse]);
  renameSync(join(generated, 'java'), target);
  rmSync(generated, { recursive: true });
}

function pacmak(folder, outdir, options) {
  run(tool('jsii-pacmak'), [...options, '--outdir', outdir, '.'], folder);
}

function run(command, args, cwd) {
  // jsii warns on every run that Node 20 has left its own support; it works there, and so does the package.
  const env = { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };
  const { status } = spawnSync(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
