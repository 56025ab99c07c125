/**
 * How much disk and memory a broker needs for each item: npm run bench:storage. Each case has a fresh broker, with the
 * write-ahead log that `RabbitMQ` sets. It requires Linux and a rabbitmq-server that is installed.
 */
import type { ConsumeMessage } from 'amqplib';
import { findServer, type ServerSettings, serverBroker } from '../cli/local-broker/broker-server';
import { WorkItems } from '../lib';
import { MEMORY_SHARE, WAL_BYTES } from '../lib/broker/private/rabbitmq-config';
import { QUEUE_TYPES, type QueueType } from '../lib/contract/queues';
import { sleep } from '../lib/programs/runtime/time';
import { freshQueue } from '../tools/programs/broker';
import type { LocalRun } from '../tools/programs/local-run';
import { BrokerWatch, type Footprint } from './broker-watch';
import { count, MEGABYTES, printTable, SECONDS, withLoad } from './report';
import { SeedingBench } from './seeding-run';
import { setting } from './setting';

/** In this time the broker writes what it still has in memory. */
const SETTLE_MS = 10_000;

/** As many as keep a broker busy. */
const PREFETCH = 100;

const MOST = setting('MOST', 1_000_000);
/** With more items, a queue is not emptied: that takes minutes. */
const EMPTIED = setting('EMPTIED', 100_000);
const COUNTS = [100_000, 1_000_000].filter((items) => items <= MOST);
const BODIES = [8, 1000, 10_000];
/** The most bytes of all bodies of a case. */
const MOST_BYTES = 1_000_000_000;

/** As `RabbitMQ` sets them. Without a limit, the server would hold garbage that it frees when it reaches the limit. */
const SERVER: ServerSettings = {
  'raft.wal_max_size_bytes': WAL_BYTES,
  'vm_memory_high_watermark.absolute': Math.floor(MEMORY_SHARE * 2 ** 30),
};

/**
 * Each message contains the queue's name, as its routing key, and the name of its run. With a hash, this label makes a
 * name of 63 characters, the maximum of a `runId`.
 */
const LABEL = 'q'.repeat(52);

/** Consumes all items. The first one is held until all others are done, as by a program that takes long. */
async function drain(run: LocalRun, items: number): Promise<void> {
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.prefetch(PREFETCH);
    await new Promise<void>((resolve, reject) => {
      let done = 0;
      channel.on('error', reject);
      const onMessage = (message: ConsumeMessage | null) => {
        if (!message) return reject(new Error('the consumer was cancelled'));
        done++;
        if (done > 1) channel.ack(message);
        if (done === items) resolve();
      };
      channel.consume(run.queue, onMessage).catch(reject);
    });
    await sleep(2000);
  });
}

const mega = (bytes: number) => `${MEGABYTES.of(bytes)} ${MEGABYTES.name}`;

async function measure(queueType: QueueType, body: number, items: number): Promise<string[]> {
  const installed = findServer();
  if (!installed) throw new Error('rabbitmq-server is not installed');
  return SeedingBench.use(
    async (bench) => {
      const watch = new BrokerWatch(bench.broker.pid ?? 0);
      await sleep(SETTLE_MS);
      const empty = watch.look();
      const seen: { full?: Footprint; filling?: Footprint; emptying?: Footprint } = {};
      watch.start();
      const { filling: milliseconds } = await bench.seed(WorkItems.frames(`${'x'.repeat(body - 7)}%07d`, 1, items), {
        queueType,
        queue: freshQueue(LABEL),
        whenFilled: async (run) => {
          await sleep(SETTLE_MS);
          seen.full = watch.look();
          seen.filling = watch.stop();
          if (items > EMPTIED) return;
          watch.start();
          await drain(run, items);
          seen.emptying = watch.stop();
        },
      });
      const { full = empty } = seen;
      const all = [full, seen.filling, seen.emptying];
      const row = [
        ...[queueType, `${count(items)} of ${count(body)} bytes`, SECONDS.of(milliseconds)],
        ...all.map((footprint) => (footprint ? mega(footprint.disk - empty.disk) : '')),
        count((full.disk - empty.disk) / items - body),
        ...[empty, ...all].map((footprint) => (footprint ? mega(footprint.memory) : '')),
        count((full.memory - empty.memory) / items),
      ];
      console.error(row.join(' | '));
      return row;
    },
    () => serverBroker(installed, SERVER),
  );
}

async function bench(): Promise<void> {
  const rows: string[][] = [];
  await withLoad(async () => {
    for (const queueType of QUEUE_TYPES) {
      for (const items of COUNTS) {
        for (const body of BODIES.filter((bytes) => bytes * items <= MOST_BYTES)) {
          rows.push(await measure(queueType, body, items));
        }
      }
    }
  });
  printTable(
    [
      ...['queue', 'items', 'seconds'],
      ...[
        'disk, full',
        'at most while it is filled',
        'at most while it is emptied',
        'bytes of an item besides its body',
      ],
      ...['memory, empty', 'full', 'at most while it is filled', 'at most while it is emptied', 'bytes of an item'],
    ],
    rows,
  );
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
