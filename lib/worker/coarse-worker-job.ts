import type { Construct } from 'constructs';
import { EnvName } from '../contract/environment';
import { BACKOFF_LIMIT } from '../manifest/content-named-job';
import { type Check, MAX_COUNT } from '../validation/check';
import type { CoarseWorkerJobProps } from './coarse-worker-job-props';
import { COURIER_WAY } from './private/courier-way';
import { type PodShare, podsAtATime, WorkerJob } from './private/worker-job';
import type { WorkerLimits } from './private/worker-limits';

/**
 * A Job that runs a program once for every item of a queue. It is Complete exactly when every item is done or is a
 * tolerated dead letter. It starts as many pods as its items need, `itemsPerPod` items to a pod. Where a pod should
 * work as long as there are items, use a `WorkerPool`.
 *
 * A pod has two containers. `worker` runs your program in your image. `courier` takes an item from the queue, passes it
 * to the worker, and acknowledges it when the program has exited with 0. With another `delivery`, there is no courier, and
 * less is promised.
 *
 * The Job's name ends in a hash of what the pods run. So a changed program leads to a new Job, which processes what is
 * left of the same queue.
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';
 *
 * const app = new App();
 * const chart = new Chart(app, 'fruits');
 *
 * const queue = new QueueSeeder(chart, 'fruits', {
 *   broker: new RabbitMQ(chart, 'rabbitmq'),
 *   items: WorkItems.list(['apple', 'banana', 'cherry']),
 * });
 * new CoarseWorkerJob(chart, 'eat', {
 *   queue,
 *   image: 'busybox:1.37',
 *   program: Program.command('echo', 'Processing', Program.ITEM),
 *   parallelism: 2,
 * });
 *
 * app.synth();
 */
export class CoarseWorkerJob extends WorkerJob {
  /** How many pods must succeed: the number of items divided by `itemsPerPod`, rounded up. */
  public readonly completions: number;

  /**
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope; it becomes part of the Job's name
   * @param props properties of the Job
   * @throws if any of these is true:
   * - A property is not of its type, is missing, or is unknown.
   * - A property needs the courier, but `delivery` is another one.
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
  constructor(scope: Construct, id: string, props: CoarseWorkerJobProps) {
    super(scope, id, props, {
      name: 'CoarseWorkerJob',
      struct: 'CoarseWorkerJobProps',
      way: props?.delivery?._way ?? COURIER_WAY,
      share: (check, limits) => podShare(check, props, limits),
    });
    this.completions = completionsOf(props);
  }
}

function completionsOf({ queue, itemsPerPod = 1 }: CoarseWorkerJobProps): number {
  return Math.ceil(queue.itemCount / itemsPerPod);
}

function podShare(check: Check, props: CoarseWorkerJobProps, { holdSeconds }: WorkerLimits): PodShare {
  const { parallelism = 1, itemsPerPod = 1 } = props;
  check.wholeNumber('itemsPerPod', itemsPerPod, 1, 'A pod processes at least one item.');
  // A cause that stops one pod of a Job usually stops all pods that run at the same time.
  const backoffLimit = props.backoffLimit ?? Math.min(BACKOFF_LIMIT * parallelism, MAX_COUNT);
  // The pod of the last index ends when it has seen that everything is settled: `endsByCount` in `tally.ts`.
  const completions = completionsOf(props);
  return {
    settings: {
      completions,
      parallelism: podsAtATime(check, 'parallelism', parallelism),
      backoffLimit: check.wholeNumber('backoffLimit', backoffLimit, 0, 'With 0, the first failed pod ends the Job.'),
    },
    env: { [EnvName.ITEMS_PER_POD]: itemsPerPod, [EnvName.COMPLETIONS]: completions },
    workSeconds: itemsPerPod * holdSeconds,
  };
}
