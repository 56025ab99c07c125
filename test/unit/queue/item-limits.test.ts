import { Size } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { ContainerName } from '../../../lib/contract/containers';
import { EnvName } from '../../../lib/contract/environment';
import { type IBroker, QueueSeeder, RabbitMQ, WorkItems } from '../../../lib/index';
import { container, env, newChart, SynthesizedRun } from '../../../tools/synthesized-run';

const MIB = 2 ** 20;
const large = (bytes: number) => 'x'.repeat(bytes);

function existing(maxMessageSize?: Size): IBroker {
  const chart = newChart();
  const secret = Secret.fromSecretName(chart, 'secret', 'secret');
  return RabbitMQ.fromExisting(chart, 'broker', { secret, maxMessageSize });
}

function queued(broker: IBroker, items: WorkItems): QueueSeeder {
  return new QueueSeeder(broker.node.scope as ReturnType<typeof newChart>, 'fruits', { broker, items });
}

describe('an item that is too large', () => {
  test('a queue rejects items that are too large, and names the first one and the limit', () => {
    const items = WorkItems.list(['a', large(16 * MIB), large(16 * MIB + 1), large(17 * MIB)]);
    expect(() => new SynthesizedRun({ items })).toThrow(
      /QueueSeeder 'test\/fruits': item 2, counted from 0, has 16777217 bytes; the broker's limit for a message is 16777216\. Put the data/,
    );
    expect(() => new SynthesizedRun({ items: items.take(2) })).not.toThrow();
  });

  test('the size of an item in bytes is compared with `maxMessageSize` of the broker', () => {
    const items = WorkItems.list(['ä'.repeat(513)]);
    expect(() => queued(existing(Size.kibibytes(1)), items)).toThrow(/item 0.*has 1026 bytes; .* is 1024/);
    expect(() => queued(existing(Size.kibibytes(2)), items)).not.toThrow();
    expect(() => queued(existing(), items)).not.toThrow();
  });

  test.each([
    ['1000', 1000],
    ['1001', undefined],
  ])('an item of 1001 bytes is compared with `max_message_size` in `config`: %s', (size, limit) => {
    const run = () =>
      new SynthesizedRun({ items: WorkItems.list([large(1001)]), broker: { config: { max_message_size: size } } });
    if (limit) expect(run).toThrow(`the broker's limit for a message is ${limit}.`);
    else expect(run).not.toThrow();
  });

  test('an item of a formula that is too large is an error, unless it was left out', () => {
    const items = WorkItems.product({ a: ['short', large(2000)], b: [1, 2] });
    expect(() => queued(existing(Size.kibibytes(1)), items)).toThrow(/item 2, counted from 0, has 2014 bytes/);
    expect(() => queued(existing(Size.kibibytes(1)), items.take(2))).not.toThrow();
  });

  test('an item of more than 16 MiB is an error, whatever the broker accepts', () => {
    const items = WorkItems.list([large(16 * MIB + 1)]);
    expect(() => queued(existing(Size.mebibytes(128)), items)).toThrow(
      /16777217 bytes; the limit for an item is 16777216/,
    );
  });
});

describe('maxMessageSize', () => {
  test('`maxMessageSize` of a broker of the Cluster Operator is the given one, and by default unknown', () => {
    const maxMessageSize = Size.mebibytes(4);
    expect(RabbitMQ.fromClusterOperator(newChart(), 'broker', 'rabbit', { maxMessageSize }).maxMessageSize).toBe(
      maxMessageSize,
    );
    expect(existing().maxMessageSize).toBeUndefined();
  });

  test('`maxMessageSize` of a new RabbitMQ is `max_message_size` of its configuration', () => {
    expect(new RabbitMQ(newChart(), 'broker').maxMessageSize?.toMebibytes()).toBe(16);
    const config = { max_message_size: '134217728' };
    expect(new RabbitMQ(newChart(), 'broker', { config }).maxMessageSize?.toKibibytes()).toBe(131_072);
  });

  test('`max_message_size` that is not a number of bytes is an error', () => {
    expect(() => new RabbitMQ(newChart(), 'broker', { config: { max_message_size: '16MB' } })).toThrow(
      /config is \{"max_message_size":"16MB"\}; it must be a whole number of bytes from 1 to 536870912\. Write it in digits, without a unit/,
    );
  });
});

describe('the seeder', () => {
  test.each([
    [WorkItems.range(1, 1_000_000), '256Mi'],
    [WorkItems.range(1, 2 ** 24).shuffled(1), '320Mi'],
    [WorkItems.list([large(8 * MIB)]), '280Mi'],
  ])('the memory limit of the seeder covers the items that it holds: %#', (items, limit) => {
    const broker = { storage: Size.gibibytes(40), resources: {} };
    const { resources } = container(new SynthesizedRun({ items, broker }).seederJob(), ContainerName.SEEDER);
    expect(resources.limits.memory).toBe(limit);
  });

  test('the seeder gets the name of the run: its runId, or else the name of the queue', () => {
    const named = new SynthesizedRun({ seeder: { runId: 'may' } });
    expect(env(named.seederJob(), ContainerName.SEEDER)[EnvName.RUN]).toBe('may');
    const run = new SynthesizedRun();
    expect(env(run.seederJob(), ContainerName.SEEDER)[EnvName.RUN]).toBe(run.queue.queueName);
  });
});
