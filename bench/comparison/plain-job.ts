import { barePod, plainJob } from '../cluster-jobs';
import { type ClusterSite, journalInPod, withJournals } from './cluster-site';
import { program } from './journal';
import { ITEMS, type Way, WORKERS } from './way';

/** A Job as Kubernetes has it: the index of the pod is the item, and there is no queue. */
export function podForEachItem(cluster: ClusterSite): Way {
  return cluster.way('plain', 'plain Job, a pod for each item', async (runId) => {
    const script = program({
      setItem: 'item=$((JOB_COMPLETION_INDEX + 1))',
      worker: '$POD',
      journal: journalInPod(runId),
    });
    const object = plainJob(runId, ITEMS, WORKERS, withJournals(barePod(['sh', '-c', script])));
    object.spec.completionMode = 'Indexed';
    return { object, journal: runId };
  });
}
