import { WorkItems } from '../../lib';
import { ContainerName } from '../../lib/contract/containers';
import { useNamespace } from '../../tools/cluster/namespace';
import { type Json, SynthesizedRun } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import { NOT_CREATED, waitingForConfigMap } from './support/late-container';

const ITEMS = ['apple', 'banana'];
/** Longer than the two minutes that a container has once it is created. */
const LATE_SECONDS = 130;

/** As with an image that comes late: the kubelet goes on trying, and starts the other container meanwhile. */
describe('a pod with a container that cannot be created yet', () => {
  const { namespace, test } = useNamespace();

  test('does its items when it is created at last, the worker as well as the courier', async () => {
    const late = [ContainerName.WORKER, ContainerName.COURIER];
    const runs = late.map(
      (container) =>
        new SynthesizedRun({ items: WorkItems.list(ITEMS), seeder: { runId: container }, worker: { backoffLimit: 0 } }),
    );
    for (const [n, run] of runs.entries()) await namespace.apply(waitingForConfigMap(late[n], run.objects()));
    await Promise.all([
      saysThatItWaits(runs[0], ContainerName.COURIER),
      saysThatItWaits(runs[1], ContainerName.WORKER),
    ]);
    await new Promise((resolve) => setTimeout(resolve, LATE_SECONDS * 1000));
    for (const container of late) await namespace.run('create', 'configmap', container, '--from-literal=a=b');
    for (const run of runs) {
      const ended = await namespace.ended(run.job.name);
      expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 2, 0]);
    }
  });

  /** The one that runs, while the other is not there. */
  async function saysThatItWaits({ job }: SynthesizedRun, container: string): Promise<void> {
    const pod = await until(`a pod of ${job.name} that cannot be started`, async () => {
      const [first] = await namespace.podsOf(job.name);
      return first?.status.containerStatuses?.some(({ state }: Json) => state.waiting?.reason === NOT_CREATED) && first;
    });
    await until(`the ${container} to say so`, async () => {
      const log = await namespace.log(pod.metadata.name, container).catch(() => '');
      return /waiting for the (worker|courier)'s container: is its image available\?/.test(log);
    });
  }
});
