import { Network, QueueType, WorkItems } from '../../lib';
import { useNamespace } from '../../tools/cluster/namespace';
import { FRUITS, type Json, SynthesizedRun, type SynthesizedRunProps } from '../../tools/synthesized-run';
import { BrokerNodes } from './support/broker-nodes';
import { Journal, witness } from './support/journal';

const TYPES = [QueueType.QUORUM, QueueType.CLASSIC];

/** The tests follow one another. RabbitMQ itself knows this way for one node only: a 4.3 refuses to start beside a 4.0. */
describe('a broker of RabbitMQ 4.0', () => {
  const { namespace, test } = useNamespace();
  const journal = new Journal(namespace);
  const [before, after, anew] = [
    ['rabbitmq:4.0', ''],
    ['rabbitmq:4.3', ''],
    ['rabbitmq:4.3', 'anew-'],
  ].map(([image, prefix]) => TYPES.map((queueType) => runOf(image, queueType, prefix)));
  const nodes = new BrokerNodes(namespace, after[0].broker);

  test('takes the items', async () => {
    await journal.start();
    for (const run of before) {
      await namespace.apply(withoutWorker(run));
      expect((await namespace.ended(run.queue.name)).outcome).toBe('Complete');
    }
    expect(await nodes.control('version')).toMatch(/^4\.0\./);
  });

  test('is RabbitMQ 4.3 after a change of its image, with every item in the queues', async () => {
    for (const run of after) await namespace.apply(withoutWorker(run));
    await nodes.ready();
    expect(await nodes.control('version')).toMatch(/^4\.3\./);
    for (const { queue } of after) expect((await nodes.queue(queue.queueName)).messages).toBe(FRUITS.length);
  });

  test('and the Jobs that work on them are complete, every item once', () => expectComplete(after));

  test('takes new queues of both types', () => expectComplete(anew));

  async function expectComplete(runs: SynthesizedRun[]): Promise<void> {
    for (const run of runs) await namespace.apply(run.objects());
    for (const { job, queue } of runs) {
      expect((await namespace.ended(job.name)).outcome).toBe('Complete');
      expect(await journal.items(queue.queueName, 'end')).toEqual(FRUITS);
    }
  }

  function withoutWorker(run: SynthesizedRun): Json[] {
    return run.objects().filter(({ metadata }) => metadata.name !== run.job.name);
  }
});

function runOf(image: string, queueType: QueueType, prefix: string): SynthesizedRun {
  const worker: SynthesizedRunProps['worker'] = {
    image: 'python:3.13-slim',
    network: Network.OPEN,
    ...witness(),
  };
  return new SynthesizedRun({
    items: WorkItems.list(FRUITS),
    broker: { image },
    seeder: { queueType, runId: `${prefix}${queueType}` },
    worker: { ...worker, parallelism: 2 },
  });
}
