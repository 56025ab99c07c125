import type { Delivery } from './delivery';
import type { WorkerJobProps } from './worker-job-props';

/** Properties for a Job that starts as many pods as its items need. */
export interface CoarseWorkerJobProps extends WorkerJobProps {
  /**
   * How the program gets the items. Without a courier, the properties are errors that only a courier can keep:
   * `maxAttempts`, `permanentExitCodes`, `maxInterruptions`, `toleratedDeadLetters`, `toleratedDeadLettersPercent`,
   * `itemVariable` and `courierResources`. So are `Program.ITEM` and `Program.field`.
   *
   * @default Delivery.courier()
   */
  readonly delivery?: Delivery;

  /**
   * How many pods work at the same time. Minimum: 1. Maximum: 100,000, that of Kubernetes for an Indexed Job. It may be
   * changed while the Job runs. A value above `completions` is not an error: Kubernetes starts no more pods than are
   * needed.
   * https://kubernetes.io/docs/concepts/workloads/controllers/job/#controlling-parallelism
   *
   * @default 1
   */
  readonly parallelism?: number;

  /**
   * How many items a pod processes, one after the other, before it ends. Minimum: 1. With more than 1, each further
   * item saves the start of a pod, which takes a second or more. The last pod may process more, because it ends only
   * when no item is left. What an item's program leaves running can then change the input and the result of the next
   * item, so keep 1 if you do not trust your items.
   *
   * @default 1
   */
  readonly itemsPerPod?: number;

  /**
   * How many failed pods the Job tolerates before it gives up. Minimum: 0. Only failures that no item has caused count,
   * such as a broker that cannot be reached or an image without `/bin/sh`. It may be changed while the Job runs. A pod
   * whose containers are all killed counts as an interruption of its item, see `maxInterruptions`. Without a courier
   * (`delivery`), every pod that fails counts, unless the cluster evicted or lost it.
   * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
   *
   * @default - 6 times `parallelism`, because a cause that stops one pod, such as a broker that is down, usually stops
   * all
   */
  readonly backoffLimit?: number;
}
