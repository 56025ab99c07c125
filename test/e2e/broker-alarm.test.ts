import { WorkItems } from '../../lib';
import { useNamespace } from '../../tools/cluster/namespace';
import { until } from '../../tools/cluster/until';
import { type Json, SynthesizedRun } from '../../tools/synthesized-run';
import { BrokerNodes } from './support/broker-nodes';

describe('a broker that runs out of memory', () => {
  const { namespace, test } = useNamespace();
  const run = new SynthesizedRun({ items: WorkItems.list(['apple', 'banana']) });
  const nodes = new BrokerNodes(namespace, run.broker);
  const [broker, work] = split(run.objects());

  test('lets the seeder wait, and is not ready; when the alarm is over all items are done', async () => {
    await namespace.apply(broker);
    await nodes.ready();
    await nodes.control('set_vm_memory_high_watermark', 'absolute', '1MB');
    await namespace.apply(work);
    const seeder = await until('the seeder to wait', async () => {
      const [pod] = await namespace.podsOf(run.queue.name);
      const log = pod ? await namespace.log(pod.metadata.name, 'seeder').catch(() => '') : '';
      return /the broker is in an alarm \(.*memory.*\) and takes no messages; waiting/.test(log) && pod;
    });
    await until(
      'the node to be out of use',
      async () => (await namespace.get('pod', nodes.pods[0])).status.containerStatuses[0].ready === false,
    );
    const { name } = seeder.metadata;
    expect((await namespace.get('pod', name)).status.phase).toBe('Running');

    await namespace.run('exec', name, '--', 'node', '-e', "process.kill(1, 'SIGTERM')");
    const left = await until('the seeder to leave', async () => {
      const { status } = await namespace.get('pod', name);
      return status.containerStatuses[0].state.terminated;
    });
    expect(left.exitCode).toBe(11);

    await nodes.control('set_vm_memory_high_watermark', 'absolute', '500MB');
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 2, 0]);
  });

  /** What belongs to the broker, and what works with it. */
  function split(objects: Json[]): [Json[], Json[]] {
    const later = [run.queue.name, run.job.name];
    const isLater = ({ metadata }: Json) => later.includes(metadata.name);
    return [objects.filter((object) => !isLater(object)), objects.filter(isLater)];
  }
});
