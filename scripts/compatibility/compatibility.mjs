// Compares the API of the build with that of the last release, so that no release breaks apps by accident:
//
//   node scripts/compatibility/compatibility.mjs            fails on each breaking change that exceptions.txt does not list
//   node scripts/compatibility/compatibility.mjs --release  makes the API of the build that of the last release
//
// Two arguments are another assembly and another file with exceptions. released.jsii is the jsii assembly of that release, without what the comparison does not need.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JSII_ENVIRONMENT } from '../jsii-environment.cjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const RELEASED = join(here, 'released.jsii');
const EXCEPTIONS = join(here, 'exceptions.txt');

/** What of an assembly does not change what an app can do with it. */
const DROPPED = ['readme', 'author', 'description', 'keywords', 'locationInModule', 'symbolId', 'fingerprint'];

const [argument = join(root, '.jsii'), exceptions = EXCEPTIONS] = process.argv.slice(2);
if (argument === '--release') release();
else process.exitCode = compare(argument, exceptions);

function release() {
  const assembly = JSON.parse(readFileSync(join(root, '.jsii'), 'utf8'), (key, value) => {
    if (DROPPED.includes(key)) return undefined;
    // The stability decides whether a change is an error.
    return key === 'docs' ? { stability: value.stability } : value;
  });
  writeFileSync(RELEASED, `${JSON.stringify({ ...assembly, fingerprint: '' }, null, 1)}\n`);
  const comments = readFileSync(EXCEPTIONS, 'utf8').match(/^#.*\n/gm);
  writeFileSync(EXCEPTIONS, comments.join(''));
  console.log(`The last release is now ${assembly.version}, and has no exceptions`);
}

/** Returns an exit code. */
function compare(file, exceptions) {
  const changes = breakingChanges(file);
  const excepted = readFileSync(exceptions, 'utf8')
    .split('\n')
    .map((line) => line.replace(/\s*#.*/, ''))
    .filter((line) => line !== '');
  const errors = changes.filter(({ key }) => !excepted.includes(key));
  const unneeded = excepted.filter((key) => !changes.some((change) => change.key === key));
  for (const { line, key } of errors) console.error(`${line} [${key}]`);
  for (const key of unneeded) console.error(`${key} is an exception, but no such change exists; remove its line`);
  return errors.length + unneeded.length === 0 ? 0 : 1;
}

/** As jsii-diff finds them. */
function breakingChanges(file) {
  // It finds the peers in the folders above.
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'compatibility-'));
  try {
    const [before, after] = [RELEASED, file].map((assembly, index) => packageOf(join(folder, `${index}`), assembly));
    const program = createRequire(import.meta.url).resolve('jsii-diff/bin/jsii-diff');
    const { status, stderr } = spawnSync(process.execPath, [program, '--error-on=all', '--keys', before, after], {
      encoding: 'utf8',
      env: { ...process.env, ...JSII_ENVIRONMENT },
    });
    const found = [...stderr.matchAll(/^err +- (.*) \[(.*)\]$/gm)].map(([, line, key]) => ({ line, key }));
    if (status !== 0 && found.length === 0) throw new Error(`jsii-diff failed: ${stderr}`);
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A folder with what jsii-diff reads of a package. */
function packageOf(folder, file) {
  const assembly = JSON.parse(readFileSync(file, 'utf8'));
  const { name, version, dependencies } = assembly;
  mkdirSync(folder);
  writeFileSync(join(folder, '.jsii'), JSON.stringify(assembly));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name, version, peerDependencies: dependencies, jsii: {}, main: 'index.js' }),
  );
  return folder;
}
