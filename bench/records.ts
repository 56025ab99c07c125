/**
 * What the records of a whole run take to read: npm run bench:records. A seeder that finds no mark reads them all before it fills
 * the queue, and the last pod of a run reads them before it leaves the settled mark. It takes a RabbitMQ as the tests do.
 *
 * Each is a whole process: it also starts, declares and waits.
 */
import { WorkItems } from '../lib';
import { EnvName } from '../lib/contract/environment';
import { ExitCode } from '../lib/contract/exit-codes';
import { relatedQueues } from '../lib/contract/queues';
import { doneRecord } from '../lib/programs/ledger/record';
import { startRabbitMQ } from '../tools/programs/broker';
import { LAST_INDEX, LocalRun, RUN_NAME } from '../tools/programs/local-run';
import { type ProgramProcess, TestPrograms } from '../tools/programs/program-process';
import { peakOf } from './measured-process';
import { count, MEGABYTES, printTable, SECONDS, spread, withLoad } from './report';
import { setting } from './setting';
import { summary } from './statistics';

const ROUNDS = setting('ROUNDS', 3);
const RECORDS = setting('RECORDS', 1_000_000);
const BATCH = 1000;
const LOOK_MS = 20;

interface Reading {
  readonly milliseconds: number;
  readonly peak: number;
}

async function bench(): Promise<void> {
  const broker = await startRabbitMQ();
  console.log(broker.description);
  const programs = new TestPrograms();
  const seeders: Reading[] = [];
  const couriers: Reading[] = [];
  try {
    await withLoad(async () => {
      for (let round = 1; round <= ROUNDS; round++) {
        const run = new LocalRun(programs, broker.url, { items: WorkItems.range(1, RECORDS) });
        await record(run);
        seeders.push(await measured(run.seeder()));
        couriers.push(await measured(run.pod(['true'], { ...LAST_INDEX, [EnvName.ITEMS_PER_POD]: '1' }).courier));
        await run.withBroker(async (model) => {
          const channel = await model.createChannel();
          await channel.deleteQueue(relatedQueues(run.queue).ledger);
        });
        run.end();
      }
    });
  } finally {
    programs.remove();
    await broker.stop();
  }
  const row = (name: string, readings: readonly Reading[]) => [
    name,
    spread(summary(readings.map(({ milliseconds }) => milliseconds)), SECONDS),
    spread(summary(readings.map(({ peak }) => peak)), MEGABYTES),
  ];
  printTable(
    [`${count(RECORDS)} records`, `median of ${ROUNDS}`, 'peak memory'],
    [row('read by a seeder', seeders), row('read by the last pod', couriers)],
  );
}

/** Writes a record of each item, as couriers do, but many at a time. */
function record(run: LocalRun): Promise<void> {
  const { queue } = run;
  const { ledger } = relatedQueues(queue);
  const of = { queue, run: RUN_NAME, itemCount: RECORDS };
  const execution = {
    attempt: 1,
    pod: 'eat-0123456789-0-abcde',
    node: 'node-1',
    started: new Date(),
    milliseconds: 1234,
  };
  return run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    await channel.assertQueue(ledger, { durable: true, arguments: { 'x-queue-type': 'stream' } });
    for (let number = 0; number < RECORDS; number++) {
      const { body, ...properties } = doneRecord(of, number, execution);
      channel.sendToQueue(ledger, body, { persistent: true, ...properties });
      if (number % BATCH === BATCH - 1) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
  });
}

async function measured(program: ProgramProcess): Promise<Reading> {
  const began = performance.now();
  let peak = 0;
  const looks = setInterval(() => {
    peak = Math.max(peak, peakOf(program.pid ?? 0));
  }, LOOK_MS);
  const code = await program.exit;
  clearInterval(looks);
  if (code !== ExitCode.DONE) throw new Error(`${code}: ${program.log}`);
  return { milliseconds: performance.now() - began, peak };
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
