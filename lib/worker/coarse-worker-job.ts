import { Duration } from 'cdk8s';
import type * as kplus from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { clientPodLabels } from '../broker/client-labels';
import { Network } from '../broker/network';
import { requireSameNamespace } from '../broker/same-namespace';
import { ContainerName } from '../contract/containers';
import { ExitCode } from '../contract/exit-codes';
import { ATTEMPT_OVERHEAD_SECONDS } from '../contract/limits';
import {
  BACKOFF_LIMIT,
  ContentNamedJob,
  IGNORE_DISRUPTION,
  type JobSettings,
  READY_SECONDS,
} from '../manifest/content-named-job';
import { labelWithChart } from '../manifest/labels';
import { queueLabels } from '../queue/queue-labels';
import type { IWorkQueue } from '../queue/work-queue';
import { Check, MAX_COUNT, TEN_YEARS_SECONDS } from '../validation/check';
import { constructContext, requireProps } from '../validation/props';
import { requireResources } from '../validation/resources';
import type { CoarseWorkerJobProps } from './coarse-worker-job-props';
import { requireUsableItems } from './private/item-use';
import { requireFreeVariables } from './private/program-variables';
import { requireFreePaths } from './private/worker-mounts';
import { type WorkerLimits, workerPod } from './private/worker-pod';
import { requireWorkerSecurity } from './private/worker-security';
import { WorkerValidation } from './private/worker-validation';

/** The courier waits with Node's timers, whose maximum is 2,147,483,647 ms. https://nodejs.org/api/timers.html */
const TIMER_RANGE = { min: 1, max: 24 * 24 * 60 * 60 };

/** How long a pod may take to pull its images, and to wait for the broker and for the last items of other pods. */
const POD_READY_SECONDS = 60 * 60;

/**
 * A Job that runs a program once for every item of a queue. It is Complete exactly when every item is done or is a
 * tolerated dead letter.
 *
 * A pod has two containers. `worker` runs your program in your image. `courier` takes an item from the queue, passes it
 * to the worker, and acknowledges it when the program has exited with 0.
 *
 * The Job's name ends in a hash of what the pods run. So a changed program leads to a new Job, which processes what is
 * left of the same queue.
 */
export class CoarseWorkerJob extends ContentNamedJob {
  /** The queue whose items the Job processes. */
  public readonly queue: IWorkQueue;

  /** How many pods must succeed: the number of items divided by `itemsPerPod`, rounded up. */
  public readonly completions: number;

  /** The container that runs the program. Use it for mounts and variables that are known only after the constructor. */
  public readonly worker: kplus.Container;

  private readonly jobSettings: JobSettings;
  private readonly podSeconds: number;

  /**
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope; it becomes part of the Job's name
   * @param props properties of the Job
   * @throws if any of these is true:
   * - A property is not of its type, is missing, or is unknown.
   * - A number or a duration is out of its range, or `activeDeadline` is shorter than a given `itemTimeout`.
   * - `image` is not an image reference.
   * - A variable has an invalid name or value, or a volume has an invalid path.
   * - A request exceeds its limit.
   * - The program would run as root without `ensureNonRoot: false`, or another security setting is invalid.
   * - An item is too long for an argument or a variable.
   * - The queue's broker is in another namespace.
   * - This worker needs a queue with other arguments, but the queue's `queueName` has already been read.
   */
  constructor(scope: Construct, id: string, props: CoarseWorkerJobProps) {
    const context = constructContext('CoarseWorkerJob', scope, id);
    requireProps(context, 'CoarseWorkerJobProps', props);
    super(scope, id, ContainerName.WORKER, {
      podMetadata: props.podMetadata,
      serviceAccount: props.serviceAccount,
      automountServiceAccountToken: props.automountServiceAccountToken,
      dockerRegistryAuth: props.dockerRegistryAuth,
      securityContext: props.securityContext,
      volumes: props.volumes,
      hostAliases: props.hostAliases,
      dns: props.dns,
      terminationGracePeriod: props.terminationGracePeriod,
    });
    const check = new Check(context);
    check.image('image', props.image);
    requireSameNamespace(context, this, 'the broker of its queue', props.queue.broker);
    requireFreeVariables(context, props);
    requireFreePaths(context, props.volumeMounts ?? []);
    requireUsableItems(context, props);
    requireResources(check, props.resources);
    requireResources(check, props.courierResources, 'courierResources');
    requireWorkerSecurity(check, props);
    const limits = workerLimits(check, props);
    this.queue = props.queue;
    this.completions = Math.ceil(props.queue.itemCount / limits.itemsPerPod);
    this.jobSettings = settings(check, props, limits, this.completions);
    const holdSeconds = limits.maxAttempts * attemptSeconds(limits);
    props.queue.attachWorker({ holdItems: Duration.seconds(Math.min(holdSeconds, TEN_YEARS_SECONDS)) });
    this.podSeconds = Math.min(limits.itemsPerPod * holdSeconds + POD_READY_SECONDS, TEN_YEARS_SECONDS);

    const [worker, courier] = workerPod(this, props, limits);
    this.worker = this.addContainer(worker);
    this.addContainer(courier);
    this.node.addValidation(new WorkerValidation(context, this.worker, props));
    const labels = clientPodLabels(props.queue.broker.clientLabels, props.network ?? Network.RESTRICTED);
    for (const [key, value] of Object.entries(labels)) this.podMetadata.addLabel(key, value);
    this._label(queueLabels(props.queue));
    labelWithChart(this);
    this.podMetadata.addAnnotation('kubectl.kubernetes.io/default-container', ContainerName.WORKER);
  }

  /** @internal */
  public _settings(): JobSettings {
    return this.jobSettings;
  }

  /**
   * Adds a deadline to each pod, which cdk8s-plus supports only for Jobs. If a node crashes between the creation of the
   * two containers and comes back, the kubelet neither continues the pod nor ends it. If the deadline hits a pod that
   * is only slow or waiting, the pod gives back its item, and another pod takes its place. `computePodActions` in
   * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/kuberuntime_manager.go
   *
   * @internal
   */
  public override _toPodSpec(): kplus.k8s.PodSpec {
    return { ...super._toPodSpec(), activeDeadlineSeconds: this.podSeconds };
  }
}

function workerLimits(check: Check, props: CoarseWorkerJobProps): WorkerLimits {
  const { itemTimeout = Duration.hours(1), terminationGracePeriod = Duration.seconds(30) } = props;
  return {
    itemsPerPod: check.wholeNumber('itemsPerPod', props.itemsPerPod ?? 1, 1, 'A pod processes at least one item.'),
    maxAttempts: check.wholeNumber('maxAttempts', props.maxAttempts ?? 3, 1, 'An item is tried at least once.'),
    maxInterruptions: check.wholeNumber(
      'maxInterruptions',
      props.maxInterruptions ?? 10,
      1,
      'With 1, an item whose pod is terminated becomes a dead letter.',
    ),
    toleratedDeadLetters: check.wholeNumber(
      'toleratedDeadLetters',
      props.toleratedDeadLetters ?? 0,
      0,
      'With 0, every item must be done.',
    ),
    itemTimeoutSeconds: check.seconds('itemTimeout', itemTimeout, TIMER_RANGE, 'Split longer work into more items.'),
    graceSeconds: check.seconds(
      'terminationGracePeriod',
      terminationGracePeriod,
      TIMER_RANGE,
      'A program needs time to end.',
    ),
  };
}

function attemptSeconds({ itemTimeoutSeconds, graceSeconds }: WorkerLimits): number {
  return itemTimeoutSeconds + graceSeconds + ATTEMPT_OVERHEAD_SECONDS;
}

function settings(check: Check, props: CoarseWorkerJobProps, limits: WorkerLimits, completions: number): JobSettings {
  const { parallelism = 1, activeDeadline, ttlAfterFinished, queue } = props;
  // A cause that stops one pod of a Job usually stops all pods that run at the same time.
  const backoffLimit = props.backoffLimit ?? Math.min(BACKOFF_LIMIT * parallelism, MAX_COUNT);
  const longest = queue.itemCount * limits.maxAttempts * attemptSeconds(limits) + READY_SECONDS;
  return {
    completions,
    parallelism: check.wholeNumber('parallelism', parallelism, 1, 'Without pods, nothing would ever be done.'),
    backoffLimit: check.wholeNumber('backoffLimit', backoffLimit, 0, 'With 0, the first failed pod ends the Job.'),
    activeDeadlineSeconds: activeDeadline
      ? deadlineSeconds(check, activeDeadline, props.itemTimeout)
      : Math.min(longest, TEN_YEARS_SECONDS),
    ttlSecondsAfterFinished:
      ttlAfterFinished && check.seconds('ttlAfterFinished', ttlAfterFinished, { min: 0 }, 'Give whole seconds.'),
    podFailurePolicy: {
      rules: [
        exitRule('FailJob', ContainerName.COURIER, 'In', [ExitCode.TOO_MANY_DEAD_LETTERS]),
        IGNORE_DISRUPTION,
        exitRule('Ignore', ContainerName.COURIER, 'In', [ExitCode.PROGRESSED, ExitCode.STOPPED]),
        // Both containers were killed, as by an eviction that allows a second: the item counts that. If only the courier
        // was killed, the worker ends with another status.
        exitRule('Count', ContainerName.WORKER, 'NotIn', [ExitCode.KILLED]),
        exitRule('Ignore', ContainerName.COURIER, 'In', [ExitCode.KILLED]),
      ],
    },
  };
}

/**
 * The seconds of `activeDeadline`, which must not be shorter than a given `itemTimeout`. The default of `itemTimeout`
 * does not count, because it says nothing about how long items take.
 */
function deadlineSeconds(check: Check, given: Duration, itemTimeout = Duration.seconds(1)): number {
  const hint = 'Omit it for a limit that no run can reach.';
  const seconds = check.seconds('activeDeadline', given, { min: 1 }, hint);
  if (seconds >= itemTimeout.toSeconds()) return seconds;
  const rule = `must not be shorter than itemTimeout, ${itemTimeout.toSeconds()} s, or the Job could fail too early`;
  throw check.conflict(
    'activeDeadline',
    `${seconds} s`,
    rule,
    `Reduce itemTimeout, or increase activeDeadline. ${hint}`,
  );
}

/**
 * A rule for exit codes of a container. The first rule that matches applies, and no rule matches a container that ended
 * with 0. https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
function exitRule(action: string, containerName: string, operator: 'In' | 'NotIn', values: number[]): object {
  return { action, onExitCodes: { containerName, operator, values } };
}
