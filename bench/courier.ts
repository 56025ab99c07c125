/**
 * What a pod costs for each item: 500 items in one pod, courier and shim as in a cluster, against `amqp-consume -c 500`, and a
 * bare courier that protects nothing, over the same broker: npm run bench:courier. It takes amqp-tools (Debian), and a RabbitMQ
 * as the tests do.
 *
 * The items are empty: amqp-consume dies of SIGPIPE where it writes an item to a program that does not read, such as `true`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EnvName } from '../lib/contract/environment';
import { startRabbitMQ } from '../tools/programs/broker';
import { bundle } from '../tools/programs/bundle';
import { LocalRun } from '../tools/programs/local-run';
import { TestPrograms } from '../tools/programs/program-process';
import { setting } from './setting';
import { sideBySide } from './side-by-side';

const ROUNDS = setting('ROUNDS', 7);
const ITEMS = 500;
const PROGRAM = 'true';

// npm puts a dozen folders in front, in each of which every start of the program would look.
process.env.PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function bench(): Promise<void> {
  const broker = await startRabbitMQ();
  console.error(broker.description);
  // The broker's data is on a disk; what worker and courier exchange is in memory, as in a pod.
  process.env.TMPDIR = '/dev/shm';
  const programs = new TestPrograms();
  const bareCourier = join(mkdtempSync(join(tmpdir(), 'bare-courier-')), 'bare-courier.js');
  writeFileSync(bareCourier, bundle("import './bare-courier';", __dirname));

  /** From the start of the first process to the end of the last. */
  async function timed(work: (run: LocalRun) => Promise<void>): Promise<number> {
    const run = new LocalRun(programs, broker.url, { items: Array(ITEMS).fill('') });
    try {
      await run.seed();
      const began = performance.now();
      await work(run);
      return performance.now() - began;
    } finally {
      run.end();
    }
  }

  const amqpConsume = (...options: string[]) => ({
    name: ['amqp-consume -c 500', ...options].join(' '),
    measure: () =>
      timed(async (run) => {
        const args = [`--url=${broker.url}`, `--queue=${run.queue}`, '-c', String(ITEMS), ...options, '--', PROGRAM];
        const [code] = await once(spawn('amqp-consume', args, { stdio: 'ignore' }), 'exit');
        if (code !== 0) throw new Error(`amqp-consume ended with ${code}`);
      }),
  });
  /** No broker, no item and nobody to tell: what a shell takes for the programs alone, in any design that has one. */
  const shell = {
    name: `sh, which starts ${PROGRAM}`,
    measure: async () => {
      const loop = `n=0; while [ "$n" -lt ${ITEMS} ]; do (exec ${PROGRAM}); n=$((n + 1)); done`;
      const began = performance.now();
      const [code] = await once(spawn('sh', ['-c', loop], { stdio: 'ignore' }), 'exit');
      if (code !== 0) throw new Error(`sh ended with ${code}`);
      return performance.now() - began;
    },
  };
  const bare = (prefetch: string, record: 'record' | 'none' = 'none') => ({
    name: `bare courier, prefetch count ${prefetch}${record === 'record' ? ', with a record for each item' : ''}`,
    measure: () =>
      timed(async (run) => {
        const folder = mkdtempSync(join(tmpdir(), 'bare-courier-'));
        const args = [bareCourier, broker.url, run.queue, String(ITEMS), prefetch, record, folder, PROGRAM];
        const [code] = await once(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
        rmSync(folder, { recursive: true });
        if (code !== 0) throw new Error(`the bare courier ended with ${code}`);
      }),
  });
  const ours = {
    name: 'courier and shim',
    measure: () =>
      timed(async (run) => {
        const pod = run.pod([PROGRAM], { [EnvName.ITEMS_PER_POD]: String(ITEMS) });
        if ((await pod.exit()) !== 0) throw new Error(pod.courier.log);
      }),
  };

  try {
    const results = await sideBySide(
      ROUNDS,
      ours,
      amqpConsume(),
      amqpConsume('-p', '1'),
      shell,
      bare('1'),
      bare('1', 'record'),
      bare('2'),
      bare('8'),
    );
    for (const { name, median } of results) console.log(`${name}: ${(median / ITEMS).toFixed(2)} ms for each item`);
  } finally {
    programs.remove();
    rmSync(dirname(bareCourier), { recursive: true });
    await broker.stop();
  }
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
