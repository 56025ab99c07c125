import { Duration } from 'cdk8s';
import type * as kplus from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { CoarseWorkerJobProps } from './coarse-worker-job-props';
import { Container, Env, ExitCode } from './contract';
import { ContentNamedJob, IGNORE_DISRUPTION, type JobSettings } from './private/content-named-job';
import { requireSameNamespace } from './private/same-namespace';
import { requireImage, requireSeconds, requireWholeNumber, TEN_YEARS_SECONDS } from './private/validate';
import { type WorkerLimits, workerPod } from './private/worker-pod';
import type { IWorkQueue } from './work-queue';

/** What an attempt may take beside its run: to die after SIGKILL (30 s) and to wait for the next (90 s at most). */
const ATTEMPT_OVERHEAD_SECONDS = 120;

/** Nodes may have to be added, images pulled, a broker repaired: somebody looks at it within a day. */
const READY_SECONDS = 24 * 60 * 60;

/**
 * A Job that runs a program once for every item of a queue. It is Complete exactly when every item is done, or a dead letter
 * that is tolerated.
 *
 * A pod has two containers: `worker`, your image and program, and `courier`, which takes an item, hands it over and
 * acknowledges it when the program has ended with 0. Its name ends in a hash of what the pods run: a changed program is a new
 * Job, which does what is left of the same queue.
 */
export class CoarseWorkerJob extends ContentNamedJob {
  /** The queue whose items are worked on. */
  public readonly queue: IWorkQueue;

  /** How many pods have to end with success: the number of items by `itemsPerPod`, rounded up. */
  public readonly completions: number;

  /** The container that runs the program: for mounts and variables that are known later. */
  public readonly worker: kplus.Container;

  private readonly jobSettings: JobSettings;

  /**
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope; it becomes part of the Job's name
   * @param props properties of the Job
   * @throws where a number or a duration is out of its range, the image is no reference to an image, a variable is named
   * `QUEUE`, or the queue's broker is in another namespace
   */
  constructor(scope: Construct, id: string, props: CoarseWorkerJobProps) {
    super(scope, id, {
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
    const where = `CoarseWorkerJob '${this.node.path}'`;
    requireImage(where, 'image', props.image);
    requireSameNamespace(where, this, 'the broker of its queue', props.queue.broker);
    requireNoQueueVariable(where, props);
    const limits = workerLimits(where, props);
    this.queue = props.queue;
    this.completions = Math.ceil(props.queue.itemCount / limits.itemsPerPod);
    this.jobSettings = settings(where, props, limits, this.completions);
    const hold = Math.min(limits.maxAttempts * attemptSeconds(limits), TEN_YEARS_SECONDS);
    props.queue.attachWorker({ holdItems: Duration.seconds(hold), maxAttempts: limits.maxAttempts });

    const [worker, courier] = workerPod(this, props, limits);
    this.worker = this.addContainer(worker);
    this.addContainer(courier);
    this.podMetadata.addAnnotation('kubectl.kubernetes.io/default-container', Container.WORKER);
  }

  /** @internal */
  public _settings(): JobSettings {
    return this.jobSettings;
  }
}

function requireNoQueueVariable(where: string, props: CoarseWorkerJobProps): void {
  if (props.envVariables && Env.QUEUE in props.envVariables) {
    throw new Error(
      `${where}: envVariables has ${Env.QUEUE}, which always holds the name of the queue. Use another name.`,
    );
  }
}

function workerLimits(where: string, props: CoarseWorkerJobProps): WorkerLimits {
  const count = (name: string, value: number, least: number, cure: string) =>
    requireWholeNumber(where, name, value, least, cure);
  const { itemTimeout = Duration.hours(1), terminationGracePeriod = Duration.seconds(30) } = props;
  return {
    itemsPerPod: count('itemsPerPod', props.itemsPerPod ?? 1, 1, 'A pod works on one item or more.'),
    maxAttempts: count('maxAttempts', props.maxAttempts ?? 3, 1, 'An item is tried at least once.'),
    toleratedFailures: count('toleratedFailures', props.toleratedFailures ?? 0, 0, 'With 0 every item must be done.'),
    itemTimeoutSeconds: requireSeconds(where, 'itemTimeout', itemTimeout, 1, 'Give an attempt a second or more.'),
    graceSeconds: requireSeconds(
      where,
      'terminationGracePeriod',
      terminationGracePeriod,
      1,
      'Give it a second or more.',
    ),
  };
}

function attemptSeconds({ itemTimeoutSeconds, graceSeconds }: WorkerLimits): number {
  return itemTimeoutSeconds + graceSeconds + ATTEMPT_OVERHEAD_SECONDS;
}

function settings(where: string, props: CoarseWorkerJobProps, limits: WorkerLimits, completions: number): JobSettings {
  const { parallelism = 1, backoffLimit = 6, activeDeadline, ttlAfterFinished, queue } = props;
  const longest = queue.itemCount * limits.maxAttempts * attemptSeconds(limits) + READY_SECONDS;
  return {
    completions,
    parallelism: requireWholeNumber(where, 'parallelism', parallelism, 1, 'With no pods nothing would ever be done.'),
    backoffLimit: requireWholeNumber(
      where,
      'backoffLimit',
      backoffLimit,
      0,
      'With 0 the first failed pod ends the Job.',
    ),
    activeDeadlineSeconds: activeDeadline
      ? requireSeconds(where, 'activeDeadline', activeDeadline, 1, 'Leave it out for a limit that no run can reach.')
      : Math.min(longest, TEN_YEARS_SECONDS),
    ttlSecondsAfterFinished:
      ttlAfterFinished && requireSeconds(where, 'ttlAfterFinished', ttlAfterFinished, 0, 'Give whole seconds.'),
    podFailurePolicy: {
      rules: [
        courierExit('FailJob', [ExitCode.TOO_MANY_DEAD_LETTERS]),
        IGNORE_DISRUPTION,
        courierExit('Ignore', [ExitCode.ATTEMPT_COUNTED, ExitCode.LEFT]),
      ],
    },
  };
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy */
function courierExit(action: string, values: number[]): object {
  return { action, onExitCodes: { containerName: Container.COURIER, operator: 'In', values } };
}
