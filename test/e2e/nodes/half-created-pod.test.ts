import { Duration } from 'cdk8s';
import { WorkItems } from '../../../lib';
import { ContainerName } from '../../../lib/contract/containers';
import { node, revive } from '../../../tools/cluster/faults';
import { useNamespace } from '../../../tools/cluster/namespace';
import { until } from '../../../tools/cluster/until';
import { type Json, SynthesizedRun } from '../../../tools/synthesized-run';
import { NOT_CREATED, waitingForConfigMap } from '../support/late-container';

const [STAYS, FALLS] = ['node-1', 'node-2'];
const DEADLINE = Duration.seconds(90);

describe('a node that crashes between the creation of the two containers of a pod, and comes back', () => {
  const { namespace, faultTest } = useNamespace();

  faultTest('leaves the pod as it is; its deadline ends it, and another one does its item', async () => {
    const run = new SynthesizedRun({ items: WorkItems.list(['apple']) });
    run.pin('broker', STAYS);
    run.pin('job', FALLS);
    run.setPodDeadline(DEADLINE);
    await namespace.apply(waitingForConfigMap(ContainerName.COURIER, run.objects()));
    const pod = await until('a pod with a worker, and no courier', async () => {
      const [first] = await namespace.podsOf(run.job.name);
      const state = (name: string) =>
        first?.status.containerStatuses?.find((status: Json) => status.name === name)?.state;
      return (
        state(ContainerName.WORKER)?.running && state(ContainerName.COURIER)?.waiting?.reason === NOT_CREATED && first
      );
    });
    node('crash', 2);
    try {
      await namespace.run('create', 'configmap', ContainerName.COURIER, '--from-literal=a=b');
    } finally {
      await revive(2);
    }
    const ended = await namespace.ended(run.job.name, 300);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 1, 1]);
    expect((await namespace.get('pod', pod.metadata.name)).status.reason).toBe('DeadlineExceeded');
  });
});
