import type { WorkerJobProps } from './worker-job-props';

/** Properties for a Job whose pods work as long as there are items. */
export interface WorkerPoolProps extends WorkerJobProps {
  /**
   * How many pods work at the same time, from 1 to 100,000. It may be changed while the Job runs: `kubectl apply` of a
   * manifest with another number resizes the Job, because the Job keeps its name. New pods take items at once, and pods
   * that are removed requeue theirs.
   * https://kubernetes.io/docs/concepts/workloads/controllers/job/#elastic-indexed-jobs
   */
  readonly workers: number;

  /**
   * How many failed pods the Job tolerates for each worker, before it gives up that worker. Minimum: 0. Only failures
   * that no item has caused count, such as a broker that cannot be reached or an image without `/bin/sh`. A pod whose
   * containers are all killed counts as an interruption of its item, see `maxInterruptions`.
   *
   * A worker is an index of the Job. If an index fails more often, it gets no more pods, but the other workers continue
   * with the items. When they have ended, the Job has Failed and names the failed indexes, even if all items are done.
   * Kubernetes then has no limit for the failed pods of all workers together. The limit cannot be changed while the Job
   * runs, so another one leads to a new Job.
   * https://kubernetes.io/docs/concepts/workloads/controllers/job/#backoff-limit-per-index
   *
   * @default 6
   */
  readonly backoffLimitPerIndex?: number;
}
