import { SynthesizedPoolRun } from '../../tools/synthesized-run';
import type { ClusterSite } from './cluster-site';
import { type Way, WORKERS } from './way';

export function workerPool(cluster: ClusterSite): Way {
  return cluster.workerWay(
    'pool',
    `\`WorkerPool\`, \`workers: ${WORKERS}\``,
    ({ props, worker, chart }) => new SynthesizedPoolRun({ ...props, worker: { ...worker, workers: WORKERS } }, chart),
  );
}
