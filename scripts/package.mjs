// Builds, and writes what a release publishes into release/: `npm run package`. There is a package for each version of cdk8s-plus
// in each language.
//   js/             tarballs; the packages of other languages contain the same ones
//   NAME-VERSION.cdx.json  the SBOM of each tarball
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
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { JSII_ENVIRONMENT } from './jsii-environment.cjs';
import plusVersions from './plus-versions.cjs';
import { sbom } from './sbom.mjs';
import { names, stage } from './variants.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** What this writes, and so removes first. */
const WRITTEN = /^(js|python|java|go|dotnet|.*\.cdx\.json)$/;

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
for (const name of existsSync(out) ? readdirSync(out) : []) {
  if (WRITTEN.test(name)) rmSync(join(out, name), { recursive: true });
}
for (const folder of ['js', 'java']) mkdirSync(join(out, folder), { recursive: true });
for (const version of values.plus) {
  const { npm } = names(version);
  const folder = await stage(version);
  run('npm', ['pack', '--silent', '--pack-destination', join(out, 'js')], folder);
  const components = sbom(root, npm);
  writeFileSync(
    join(out, `${components.metadata.component['bom-ref'].replace('@', '-')}.cdx.json`),
    `${JSON.stringify(components, null, 2)}\n`,
  );
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
  const env = { ...process.env, ...JSII_ENVIRONMENT };
  const { status } = spawnSync(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
