import { App, Chart, Duration } from 'cdk8s';
import { Network, WorkItems } from '../../lib';
import { ContainerName } from '../../lib/contract/containers';
import { lastWords, useNamespace } from '../../tools/cluster/namespace';
import { SynthesizedRun } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import { BrokerNodes } from './support/broker-nodes';
import { Journal, witness } from './support/journal';

const ITEMS = ['apple', 'banana', 'cherry', 'date', 'elder', 'fig'];

/**
 * A seeder Job that `ttlAfterFinished` deletes, and a controller that applies the manifest again and again. Each run has a broker
 * of its own, because it is lost with everything in it.
 */
describe('a broker whose volume is lost in mid-run, with a seeder that runs again', () => {
  const { namespace, test } = useNamespace();
  const journal = new Journal(namespace);
  beforeAll(() => journal.start());

  test('after successes: the seeder fills the queue with all items, and the Job is Complete when all of them have run again', async () => {
    const run = runOf('after');
    await namespace.apply(run.objects());
    await until('two successes', async () => (await succeeded(run)) >= 2);
    await loseVolume(run);
    const { length: before } = await journal.of(run.queue.queueName);
    await namespace.apply(run.objects());
    const words = await until('the end of the seeder', () => lastOfSeeder(run));
    expect(words).toContain(`queue ${run.queue.queueName} filled with ${ITEMS.length} items in`);
    const ended = await namespace.ended(run.job.name, 600);
    expect([ended.outcome, ended.succeeded]).toEqual(['Complete', ITEMS.length]);
    const after = (await journal.of(run.queue.queueName)).slice(before);
    const done = after.filter(({ what }) => what === 'end').map(({ item }) => item);
    expect(new Set(done)).toEqual(new Set(ITEMS));
  });

  test('before the first success: the seeder fills the queue again, and the Job is Complete when every item is done', async () => {
    const run = runOf('before', 'sleep(60 if item == "apple" and attempt == 1 else 3)');
    await namespace.apply(run.objects());
    await journal.wait(run.queue.queueName, 'start', 'apple');
    await loseVolume(run);
    expect(await succeeded(run)).toBe(0);
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name, 600);
    expect([ended.outcome, ended.succeeded]).toEqual(['Complete', ITEMS.length]);
    expect(new Set(await journal.items(run.queue.queueName, 'end'))).toEqual(new Set(ITEMS));
  });

  /** The manifest of the test, whose items run one after the other. */
  function runOf(name: string, between = 'sleep(6)'): SynthesizedRun {
    const serviceName = `rabbitmq-${name}`;
    return new SynthesizedRun(
      {
        items: WorkItems.list(ITEMS),
        broker: { serviceName },
        seeder: { runId: name, ttlAfterFinished: Duration.hours(1) },
        worker: { image: 'python:3.13-slim', network: Network.OPEN, ...witness(between) },
      },
      new Chart(new App(), name),
    );
  }

  async function succeeded(run: SynthesizedRun): Promise<number> {
    return (await namespace.get('job', run.job.name)).status.succeeded ?? 0;
  }

  /** The seeder's Job is deleted before the broker is back, as it would have been after a while. */
  async function loseVolume(run: SynthesizedRun): Promise<void> {
    const nodes = new BrokerNodes(namespace, run.broker);
    await namespace.run('delete', 'job', run.queue.name);
    for (const pod of nodes.pods) {
      await namespace.run('delete', 'pvc', `data-${pod}`, '--wait=false');
      await namespace.run('delete', 'pod', pod, '--force', '--grace-period=0');
    }
    await nodes.ready();
  }

  async function lastOfSeeder(run: SynthesizedRun): Promise<string | undefined> {
    const pods = await namespace.podsOf(run.queue.name);
    return pods.map((pod) => lastWords(pod, ContainerName.SEEDER)).find((words) => words !== '');
  }
});
