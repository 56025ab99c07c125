// Synthesizes main.ts, or another app, and runs what comes out: on this machine, or on a cluster.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isStale } from './stale.mjs';

const USAGE = `
Usage: npm run demo                         rehearse main.ts on this machine, over its own RabbitMQ
       npm run demo -- examples/frames.ts   rehearse another app
       npm run demo -- --cluster [APP]      apply the app to the cluster that kubectl reaches, and follow it to its end

The rehearsal uses the broker of BROKER_URL (amqp://user:password@host:5672) if that is set. Otherwise it starts the
rabbitmq-server of this machine, or one in Docker, or, on Debian and Ubuntu as root, installs the package first. It leaves
nothing running.

Exit status: 0 Complete, 1 Failed, 2 it could not run, 130 Ctrl-C.
`;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

const options = readOptions();
if (options.help) {
  console.log(USAGE.trim());
  process.exit(0);
}

const shutdown = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => {
    if (shutdown.signal.aborted) process.exit(130); // the second time
    shutdown.abort(new Error(name));
  });
}

try {
  await buildIfStale();
  await synthesize();
  process.exitCode = options.cluster ? await onCluster() : await onThisMachine();
} catch (error) {
  console.error(shutdown.signal.aborted ? 'Interrupted' : error.message);
  process.exitCode = shutdown.signal.aborted ? 130 : 2;
}
process.exit();

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      options: { cluster: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    const [app = 'main.ts', ...more] = positionals;
    if (more.length > 0) throw new Error(`name one app, not ${positionals.join(', ')}`);
    if (!existsSync(resolve(root, app))) throw new Error(`${app} does not exist: name an app by its path from ${root}`);
    return { ...values, app };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

async function buildIfStale() {
  if (!isStale()) return;
  console.log('Building');
  await run('The build', process.execPath, join(root, 'scripts', 'build.mjs'));
}

async function synthesize() {
  console.log(`Synthesizing ${options.app} to dist/`);
  await run(
    'cdk8s synth',
    join(root, 'node_modules', '.bin', 'cdk8s'),
    'synth',
    '--no-check-upgrade',
    '--app',
    `tsx "${options.app}"`,
    '--output',
    'dist',
  );
}

function run(what, command, ...args) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    signal: shutdown.signal,
    env: { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) },
  });
  return new Promise((resolve, reject) => {
    child.once('error', ({ code, message }) => {
      reject(new Error(code === 'ENOENT' ? `${command} is missing: run npm ci first` : `${what} failed: ${message}`));
    });
    child.once('close', (status) => (status === 0 ? resolve() : reject(new Error(`${what} failed`))));
  });
}

/** The program runs where the user stands. */
async function onThisMachine() {
  process.chdir(process.env.INIT_CWD ?? process.cwd());
  const { stdout, stderr, env: environment } = process;
  return cli().runCommandLine(['rehearse', dist], { stdout, stderr, environment, interrupt: shutdown.signal });
}

async function onCluster() {
  const { ClusterRun, Manifest } = cli();
  const manifest = Manifest.read(dist);
  manifest.requireWorkers();
  const cluster = new ClusterRun(dist, manifest, (line) => console.log(line), shutdown.signal);
  try {
    await cluster.apply();
    const { complete, verdict } = await cluster.follow();
    console.log(verdict);
    return complete ? 0 : 1;
  } catch (error) {
    if (!shutdown.signal.aborted) throw error;
    console.log('Interrupted: the run goes on in the cluster');
    return 130;
  } finally {
    if (cluster.applied)
      console.log(`The objects that were applied still exist. To delete them:\n${cluster.removal().join('\n')}`);
  }
}

/** Loaded late, because it is built first. */
function cli() {
  return createRequire(import.meta.url)(join(root, 'build', 'cli.js'));
}
