import { Network, WorkItems } from '../../lib';
import { FRUITS, type Json, Run, type RunProps } from '../support/synth';
import { BrokerNodes } from './support/broker-nodes';
import { Ledger, witness } from './support/ledger';
import { useNamespace } from './support/namespace';

/** The tests follow one another. RabbitMQ itself knows this way for one node only: a 4.3 refuses to start beside a 4.0. */
describe('a broker of RabbitMQ 4.0', () => {
  const { namespace, test } = useNamespace();
  const ledger = new Ledger(namespace);
  const [before, after] = ['rabbitmq:4.0', 'rabbitmq:4.3'].map(runOf);
  const nodes = new BrokerNodes(namespace, after.broker);

  test('takes the items', async () => {
    await ledger.start();
    await namespace.apply(withoutWorker(before));
    expect((await namespace.ended(before.queue.name)).outcome).toBe('Complete');
    expect(await nodes.control('version')).toMatch(/^4\.0\./);
  });

  test('is RabbitMQ 4.3 after a change of its image, with every item in the queue', async () => {
    await namespace.apply(withoutWorker(after));
    await nodes.ready();
    expect(await nodes.control('version')).toMatch(/^4\.3\./);
    expect((await nodes.queue(after.queue.queueName)).messages).toBe(FRUITS.length);
  });

  test('and the Job that works on them is complete, every item once', async () => {
    await namespace.apply(after.objects());
    expect((await namespace.ended(after.job.name)).outcome).toBe('Complete');
    expect(await ledger.items(after.queue.queueName, 'end')).toEqual(FRUITS);
  });

  function withoutWorker(run: Run): Json[] {
    return run.objects().filter(({ metadata }) => metadata.name !== run.job.name);
  }
});

function runOf(image: string): Run {
  const worker: RunProps['worker'] = { image: 'python:3.13-slim', network: Network.OPEN, program: witness() };
  return new Run({ items: WorkItems.list(FRUITS), broker: { image }, worker: { ...worker, parallelism: 2 } });
}
