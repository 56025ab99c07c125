import { App, Chart, Size } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import {
  CoarseWorkerJob,
  type IBroker,
  Program,
  QueueSeeder,
  type QueueSeederProps,
  QueueType,
  RabbitMQ,
  type RabbitMQProps,
  WorkItems,
} from '../../../lib/index';

/** An app with a broker in one chart, and queues in another. */
function app(broker: (chart: Chart) => IBroker, ...queues: Omit<QueueSeederProps, 'broker'>[]): App {
  const all = new App();
  const made = broker(new Chart(all, 'brokers'));
  const chart = new Chart(all, 'runs');
  for (const [n, props] of queues.entries()) {
    const queue = new QueueSeeder(chart, `queue-${n}`, { broker: made, ...props });
    new CoarseWorkerJob(chart, `job-${n}`, { queue, image: 'busybox:1.37', program: Program.command('cat') });
  }
  return all;
}

const rabbitMQ =
  (props: RabbitMQProps = {}) =>
  (chart: Chart) =>
    new RabbitMQ(chart, 'rabbitmq', props);

/** Without what cdk8s puts in front of each error. */
function errors(all: App): string[] {
  try {
    all.synthYaml();
    return [];
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}

const MILLION = 1_000_000;
const numbers = (count: number) => WorkItems.range(1, count);

test('five million items do not fit the default broker: the error says what they need and what to set', () => {
  expect(errors(app(rabbitMQ(), { items: numbers(5 * MILLION) }))).toEqual([
    "[brokers/rabbitmq] RabbitMQ 'brokers/rabbitmq': storage is 1 GiB, but the 5000000 items of runs/queue-0 need 6 GiB on " +
      'each node, together with the record of each one in the ledger. Set storage to Size.gibibytes(6), or make fewer items of more work, ' +
      'for example with WorkItems.keyRanges. The guide on sizing has figures.',
    "[brokers/rabbitmq] RabbitMQ 'brokers/rabbitmq': resources.memory.limit is 1 GiB, but the 5000000 items of " +
      'runs/queue-0 need 2 GiB on each node, before the first one is processed. Set the memory limit in resources to ' +
      'Size.gibibytes(2), or make fewer items of more work, for example with WorkItems.keyRanges. The guide on sizing has figures.',
  ]);
});

test('a broker with the size that the error names fits the items', () => {
  const broker = rabbitMQ({ storage: Size.gibibytes(6), resources: { memory: { limit: Size.gibibytes(2) } } });
  expect(errors(app(broker, { items: numbers(5 * MILLION) }))).toEqual([]);
});

test.each([
  ['650,000 numbers', numbers(0.65 * MILLION)],
  ['no items', WorkItems.list([], { allowEmpty: true })],
  ['a few large items', WorkItems.list(Array(5).fill('x'.repeat(2 ** 20)))],
])('the default broker fits %s', (_, items) => {
  expect(errors(app(rabbitMQ(), { items }))).toEqual([]);
});

test('the bodies of items count, those of a list exactly', () => {
  const body = 'x'.repeat(2 ** 14);
  const large = WorkItems.product({ body: [body], n: Array.from({ length: 50_000 }, (_, n) => n) });
  expect(errors(app(rabbitMQ(), { items: large }))).toEqual([expect.stringContaining('storage is 1 GiB')]);
  // One long item among many short ones would be too much if all were as long.
  const mixed = WorkItems.list([body, ...Array(100_000).fill('short')]);
  expect(errors(app(rabbitMQ(), { items: mixed }))).toEqual([]);
});

test('queues of one broker count together, whatever charts they are in and whenever they are added', () => {
  const half = { items: numbers(0.65 * MILLION) };
  expect(errors(app(rabbitMQ(), half))).toEqual([]);
  expect(errors(app(rabbitMQ(), half, half))).toEqual([
    expect.stringContaining('but the 1300000 items of runs/queue-0, runs/queue-1 need 2 GiB'),
  ]);
});

test('the records of items in the ledger count', () => {
  // Without them, 1.2 million would need 0.75 GiB.
  expect(errors(app(rabbitMQ(), { items: numbers(1.2 * MILLION) }))).toEqual([
    expect.stringContaining('together with the record of each one in the ledger'),
  ]);
});

test('a classic queue counts', () => {
  const classic = { items: numbers(5 * MILLION), queueType: QueueType.CLASSIC };
  expect(errors(app(rabbitMQ(), classic))).toEqual([expect.stringContaining('storage is 1 GiB')]);
});

test('a quorum queue needs memory for its latest items, and a classic queue does not', () => {
  const broker = rabbitMQ({ storage: Size.gibibytes(2), resources: { memory: { limit: Size.mebibytes(512) } } });
  const items = numbers(MILLION);
  expect(errors(app(broker, { items }))).toEqual([expect.stringContaining('resources.memory.limit is 0.5 GiB')]);
  expect(errors(app(broker, { items, queueType: QueueType.CLASSIC }))).toEqual([]);
});

test('a long `runId` counts, because each item and each record contain it', () => {
  const props = { items: numbers(0.65 * MILLION) };
  expect(errors(app(rabbitMQ(), props))).toEqual([]);
  expect(errors(app(rabbitMQ(), { ...props, runId: 'r'.repeat(63) }))).toHaveLength(1);
});

test('without a memory limit, only `storage` is compared', () => {
  const broker = rabbitMQ({ storage: Size.gibibytes(12), resources: {} });
  expect(errors(app(broker, { items: numbers(10 * MILLION) }))).toEqual([]);
});

test('limits of your own in `config` leave the whole volume and the whole memory to the items', () => {
  const items = numbers(0.9 * MILLION);
  const config = { 'disk_free_limit.absolute': '50MB' };
  expect(errors(app(rabbitMQ(), { items }))).toHaveLength(1);
  expect(errors(app(rabbitMQ({ config }), { items }))).toEqual([]);
  const memory = { 'vm_memory_high_watermark.relative': '0.8' };
  const storage = Size.gibibytes(6);
  expect(errors(app(rabbitMQ({ storage }), { items: numbers(5 * MILLION) }))).toHaveLength(1);
  expect(errors(app(rabbitMQ({ storage, config: memory }), { items: numbers(5 * MILLION) }))).toEqual([]);
});

test('the size of an existing broker is not known, and not checked', () => {
  const existing = (chart: Chart) => {
    const secret = Secret.fromSecretName(chart, 'secret', 'secret');
    return RabbitMQ.fromExisting(chart, 'broker', { secret, host: 'rabbit' });
  };
  expect(errors(app(existing, { items: numbers(500 * MILLION) }))).toEqual([]);
});
