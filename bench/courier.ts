/**
 * What a pod costs for each item: 500 items in one pod, courier and shim as in a cluster, against `amqp-consume -c 500` over the
 * same broker: npm run bench:courier. It takes amqp-tools (Debian), and a RabbitMQ as the tests do.
 *
 * The items are empty: amqp-consume dies of SIGPIPE where it writes an item to a program that does not read, such as `true`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startRabbitMQ } from '../test/support/broker';
import { TestPrograms } from '../test/support/program-process';
import { Run } from '../test/support/run';
import { type Contestant, sideBySide } from './side-by-side';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const ITEMS = 500;
const PROGRAM = 'true';

// npm puts a dozen folders in front, in each of which every start of the program would look.
process.env.PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function bench(): Promise<void> {
  const broker = await startRabbitMQ();
  console.error(broker.description);
  const programs = new TestPrograms();
  try {
    const contestant = (name: string, work: (run: Run) => Promise<unknown>): Contestant => ({
      name,
      async measure() {
        const run = new Run(programs, broker.url, { items: Array(ITEMS).fill('') });
        try {
          await run.seed();
          const began = performance.now();
          await work(run);
          const took = performance.now() - began;
          if ((await run.depth()) > 0) throw new Error(`${name} left items in the queue`);
          return took;
        } finally {
          run.end();
        }
      },
    });
    const amqpConsume = (...options: string[]) => {
      const args = [`--url=${broker.url}`, '-c', String(ITEMS), ...options];
      return async (run: Run) => {
        const child = spawn('amqp-consume', [...args, `--queue=${run.queue}`, '--', PROGRAM], { stdio: 'ignore' });
        const [code] = await once(child, 'exit');
        if (code !== 0) throw new Error(`amqp-consume ended with ${code}`);
      };
    };
    const results = await sideBySide(
      ROUNDS,
      contestant('courier and shim', async (run) => {
        const pod = run.pod([PROGRAM], { ITEMS_PER_POD: String(ITEMS) });
        if ((await pod.exit()) !== 0) throw new Error(pod.courier.log);
      }),
      contestant('amqp-consume', amqpConsume()),
      contestant('amqp-consume with a prefetch count of 1, as ours', amqpConsume('-p', '1')),
    );
    for (const { name, median } of results) console.log(`${name}: ${(median / ITEMS).toFixed(2)} ms for each item`);
  } finally {
    programs.remove();
    await broker.stop();
  }
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
