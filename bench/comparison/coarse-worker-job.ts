import { SynthesizedRun } from '../../tools/synthesized-run';
import type { ClusterSite } from './cluster-site';
import { ITEMS, type Way, WORKERS } from './way';

const SHARE = { itemsPerPod: ITEMS / WORKERS, parallelism: WORKERS };

export function coarseWorkerJob(cluster: ClusterSite): Way {
  return cluster.workerWay(
    'coarse',
    `\`CoarseWorkerJob\`, \`itemsPerPod: ${SHARE.itemsPerPod}\``,
    ({ props, worker, chart }) => new SynthesizedRun({ ...props, worker: { ...worker, ...SHARE } }, chart),
  );
}
