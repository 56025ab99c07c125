import type { Construct } from 'constructs';
import { EnvName } from '../contract/environment';
import { BACKOFF_LIMIT } from '../manifest/content-named-job';
import type { Check } from '../validation/check';
import { COURIER_WAY } from './private/courier-way';
import { type PodShare, podsAtATime, WorkerJob } from './private/worker-job';
import type { WorkerLimits } from './private/worker-limits';
import type { WorkerPoolProps } from './worker-pool-props';

/** The age from which a pod takes no more items: a new pod takes its place. So only a pod that hangs meets its deadline. */
const MAX_POD_SECONDS = 12 * 60 * 60;

/**
 * A Job with a fixed number of workers, which run a program once for every item of a queue. It is Complete exactly when
 * every item is done or is a tolerated dead letter. Each worker takes items until all items are settled. So the number
 * of items does not matter, and `workers` may be changed while the Job runs. Where each item is worth a pod of its own,
 * use a `CoarseWorkerJob`.
 *
 * A pod has two containers. `worker` runs your program in your image. `courier` takes an item from the queue, passes it
 * to the worker, and acknowledges it when the program has exited with 0. A pod that is older than 12 hours ends after
 * its item, and a new one takes its place.
 *
 * The Job's name ends in a hash of what the pods run. So a changed program leads to a new Job, which processes what is
 * left of the same queue.
 *
 * @example
 * import { Chart } from 'cdk8s';
 * import { Program, QueueSeeder, RabbitMQ, WorkerPool, WorkItems } from 'cdk8s-work-queue';
 *
 * declare const chart: Chart;
 *
 * const queue = new QueueSeeder(chart, 'numbers', {
 *   broker: new RabbitMQ(chart, 'rabbitmq'),
 *   items: WorkItems.range(1, 10_000),
 * });
 * new WorkerPool(chart, 'square', {
 *   queue,
 *   workers: 20,
 *   image: 'busybox:1.37',
 *   program: Program.command('sh', '-c', 'n=$(cat); echo $((n * n))'),
 * });
 */
export class WorkerPool extends WorkerJob {
  /** How many pods work at the same time. */
  public readonly workers: number;

  /**
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope; it becomes part of the Job's name
   * @param props properties of the Job
   * @throws if any of these is true:
   * - A property is not of its type, is missing, or is unknown.
   * - A number or a duration is out of its range, or `activeDeadline` is shorter than a given `itemTimeout`.
   * - `image` is not an image reference, or `priorityClassName` cannot be the name of an object.
   * - `topologySpread` names a topology twice, or has a number that is out of its range.
   * - A variable has an invalid name or value, or a volume has an invalid path.
   * - A request exceeds its limit.
   * - The program would run as root without `ensureNonRoot: false`, or another security setting is invalid.
   * - `Program.ITEM` or `Program.field` is in another place than the program's arguments and the values of
   *   `envVariables`.
   * - An item is too long for an argument or a variable, or lacks a field that the program gets, or the field's value is
   *   an array, an object or null.
   * - The queue's broker is in another namespace.
   * - The queue already has a `CoarseWorkerJob` or a `WorkerPool`.
   * - This worker needs a queue with other arguments, but the queue's `queueName` has already been read.
   */
  constructor(scope: Construct, id: string, props: WorkerPoolProps) {
    super(scope, id, props, {
      name: 'WorkerPool',
      struct: 'WorkerPoolProps',
      way: COURIER_WAY,
      share: (check, limits) => podShare(check, props, limits),
    });
    this.workers = props.workers;
  }

  /**
   * Kubernetes accepts other `completions` of an Indexed Job if they change together with `parallelism`:
   * validateCompletions in
   * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/validation/validation.go
   *
   * @internal
   */
  public override _isMutable(field: string): boolean {
    return field === 'completions' || super._isMutable(field);
  }
}

/** Nothing in a pod may depend on `workers`, because the pod template cannot change while the Job exists. */
function podShare(check: Check, props: WorkerPoolProps, { holdSeconds }: WorkerLimits): PodShare {
  // With `backoffLimitPerIndex`, Kubernetes allows 100,000 `completions` without `maxFailedIndexes`, as many as it allows
  // at the same time.
  const workers = podsAtATime(check, 'workers', props.workers);
  const { backoffLimitPerIndex = BACKOFF_LIMIT } = props;
  const hint = 'With 0, the first failed pod of a worker ends that worker.';
  return {
    settings: {
      completions: workers,
      parallelism: workers,
      backoffLimitPerIndex: check.wholeNumber('backoffLimitPerIndex', backoffLimitPerIndex, 0, hint),
    },
    env: { [EnvName.MAX_POD_SECONDS]: MAX_POD_SECONDS },
    workSeconds: MAX_POD_SECONDS + holdSeconds,
  };
}
