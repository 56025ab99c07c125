import { Network } from '../../lib';
import { ContainerName } from '../../lib/contract/containers';
import { lastWords, useNamespace } from '../../tools/cluster/namespace';
import { FRUITS, SynthesizedRun } from '../../tools/synthesized-run';
import { PROGRAMS, withOtherPrograms } from '../support/other-programs';
import { BrokerNodes } from './support/broker-nodes';
import { Journal, witness } from './support/journal';

/** The tests follow one another. */
describe('an upgrade of this package', () => {
  const { namespace, test } = useNamespace();
  const journal = new Journal(namespace);
  const finished = runOf('finished');
  const upgraded = otherVersion(() => runOf('finished'));
  const nodes = new BrokerNodes(namespace, finished.broker);
  let broker: string;

  test('begins after a run that is Complete', async () => {
    await journal.start();
    await namespace.apply(finished.objects());
    await complete(finished);
    await nodes.ready();
    broker = await identity();
  });

  test('starts new Jobs over a finished run, and they end without an item', async () => {
    expect(upgraded.job.name).not.toBe(finished.job.name);
    expect(upgraded.queue.name).not.toBe(finished.queue.name);
    const before = await journal.of(finished.queue.queueName);
    await namespace.apply(upgraded.objects());
    expect((await namespace.ended(upgraded.queue.name)).outcome).toBe('Complete');
    await complete(upgraded);
    const words = (await namespace.podsOf(upgraded.job.name)).map((pod) => lastWords(pod, ContainerName.COURIER));
    expect(words).toEqual(Array(8).fill('all 8 items settled: 8 done; this pod: no item done'));
    expect(await journal.of(finished.queue.queueName)).toEqual(before);
    expect(await journal.items(finished.queue.queueName, 'end')).toEqual(FRUITS);
  });

  test('creates no other passwords', async () => {
    const { name } = upgraded.broker.credentialsJob;
    expect((await namespace.ended(name)).outcome).toBe('Complete');
    const [pod] = await namespace.podsOf(name);
    expect(await namespace.log(pod.metadata.name, ContainerName.CREDENTIALS)).toMatch(/exists/);
  });

  test('does not restart the broker', async () => {
    expect(await identity()).toBe(broker);
  });

  test('in the middle of a run starts a second Job on the same queue, and each item ends once', async () => {
    const slow = 'sleep(3)';
    const [running, second] = [runOf('running', slow), otherVersion(() => runOf('running', slow))];
    await namespace.apply(running.objects());
    await journal.done(running.queue.queueName, 2);
    await namespace.apply(second.objects());
    await complete(running);
    await complete(second);
    expect(await journal.items(running.queue.queueName, 'end')).toEqual(FRUITS);
    expect(await identity()).toBe(broker);
  });

  test('gives the broker the new broker-init when it restarts for another reason', async () => {
    await namespace.run('rollout', 'restart', 'statefulset', nodes.name);
    await namespace.run('rollout', 'status', 'statefulset', nodes.name, '--timeout=50s').catch(() => {});
    await nodes.ready();
    expect(await identity()).not.toBe(broker);
  });

  async function complete(run: SynthesizedRun): Promise<void> {
    const { outcome, failed } = await namespace.ended(run.job.name);
    expect([outcome, failed]).toEqual(['Complete', 0]);
  }

  /** The pod of the broker, and how often its containers have been started. */
  async function identity(): Promise<string> {
    const { metadata, status } = await namespace.get('pod', nodes.pods[0]);
    const restarts = status.containerStatuses.map(({ restartCount }: { restartCount: number }) => restartCount);
    return [metadata.uid, ...restarts].join(' ');
  }
});

function otherVersion(synth: () => SynthesizedRun): SynthesizedRun {
  return withOtherPrograms(PROGRAMS, synth);
}

function runOf(runId: string, ...between: string[]): SynthesizedRun {
  const worker = { image: 'python:3.13-slim', network: Network.OPEN, parallelism: 2, ...witness(...between) };
  return new SynthesizedRun({ seeder: { runId }, worker });
}
