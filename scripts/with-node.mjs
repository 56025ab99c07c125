// Runs a command with another version of Node.js first on PATH, whose binary comes as an npm package:
//   node scripts/with-node.mjs 24 npx jest --selectProjects unit
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [version, command, ...args] = process.argv.slice(2);
if (command === undefined) fail('Usage: node scripts/with-node.mjs VERSION COMMAND [ARGUMENT...]');

const name = `node-${process.platform}-${process.arch}`;
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', '.cache', `node-${version}`);
const bin = join(folder, 'node_modules', name, 'bin');
if (!existsSync(bin)) {
  const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--silent', '--prefix', folder];
  end(run('npm', ['install', ...options, `${name}@${version}`]), `npm has no ${name}@${version}`);
}
end(run(command, args, { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }));
process.exit();

function run(program, parameters, env = process.env) {
  const { error, status, signal } = spawnSync(program, parameters, { stdio: 'inherit', env });
  if (error) fail(error.message);
  return status ?? 128 + constants.signals[signal];
}

function end(status, message) {
  if (status === 0) return;
  if (message) console.error(message);
  process.exit(status);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
