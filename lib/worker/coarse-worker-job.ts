import { Duration } from 'cdk8s';
import type * as kplus from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { clientPodLabels } from '../broker/client-labels';
import { Network } from '../broker/network';
import { requireSameNamespace } from '../broker/same-namespace';
import { ContainerName } from '../contract/containers';
import { ProgramEnvName } from '../contract/environment';
import { ExitCode } from '../contract/exit-codes';
import { ATTEMPT_OVERHEAD_SECONDS } from '../contract/limits';
import {
  BACKOFF_LIMIT,
  ContentNamedJob,
  IGNORE_DISRUPTION,
  type JobSettings,
  READY_SECONDS,
} from '../manifest/content-named-job';
import type { IWorkQueue } from '../queue/work-queue';
import { Check, MAX_COUNT, TEN_YEARS_SECONDS } from '../validation/check';
import { requireResources } from '../validation/resources';
import type { CoarseWorkerJobProps } from './coarse-worker-job-props';
import { requireUsableItems } from './private/item-use';
import { requireFreeVariables } from './private/program-variables';
import { requireFreePaths } from './private/worker-mounts';
import { type WorkerLimits, workerPod } from './private/worker-pod';
import { requireWorkerSecurity } from './private/worker-security';

/** The courier waits with Node's timers, which end at 2,147,483,647 ms. https://nodejs.org/api/timers.html */
const TIMED = { min: 1, max: 24 * 24 * 60 * 60 };

/** For a pod: to pull its images, to wait for the broker, and for the last items of others. */
const POD_READY_SECONDS = 60 * 60;

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
  private readonly podSeconds: number;

  /**
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope; it becomes part of the Job's name
   * @param props properties of the Job
   * @throws where a number or a duration is out of its range, `activeDeadline` is shorter than a given `itemTimeout`, the image is
   * no reference to an image, a variable has a name or a value that it cannot have, a volume is at a path where it cannot be, a
   * request is over its limit, the program would be root without `ensureNonRoot: false`, an item is too long for an argument or a
   * variable, or the queue's broker is in another namespace; and where `queueName` of the queue was read before, and this worker
   * needs a queue with other arguments
   */
  constructor(scope: Construct, id: string, props: CoarseWorkerJobProps) {
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
    const context = `CoarseWorkerJob '${this.node.path}'`;
    const check = new Check(context);
    check.image('image', props.image);
    requireSameNamespace(context, this, 'the broker of its queue', props.queue.broker);
    requireFreeVariables(context, props);
    requireFreePaths(context, props.volumeMounts ?? []);
    requireUsableItems(context, props);
    requireResources(check, props.resources);
    requireWorkerSecurity(check, props);
    const limits = workerLimits(check, props);
    this.queue = props.queue;
    this.completions = Math.ceil(props.queue.itemCount / limits.itemsPerPod);
    this.jobSettings = settings(check, props, limits, this.completions);
    const hold = limits.maxAttempts * attemptSeconds(limits);
    props.queue.attachWorker({ holdItems: Duration.seconds(Math.min(hold, TEN_YEARS_SECONDS)) });
    this.podSeconds = Math.min(limits.itemsPerPod * hold + POD_READY_SECONDS, TEN_YEARS_SECONDS);

    const [worker, courier] = workerPod(this, props, limits);
    this.worker = this.addContainer(worker);
    this.addContainer(courier);
    const ours = (worker.volumeMounts?.length ?? 0) - (props.volumeMounts?.length ?? 0);
    const { [ProgramEnvName.QUEUE]: queueName } = this.worker.env.variables;
    this.node.addValidation({ validate: () => mistakesLater(context, this.worker, ours, queueName, props) });
    const labels = clientPodLabels(props.queue.broker.clientLabels, props.network ?? Network.RESTRICTED);
    for (const [key, value] of Object.entries(labels)) this.podMetadata.addLabel(key, value);
    this.podMetadata.addAnnotation('kubectl.kubernetes.io/default-container', ContainerName.WORKER);
  }

  /** @internal */
  public _settings(): JobSettings {
    return this.jobSettings;
  }

  /**
   * With a deadline for each pod, which cdk8s-plus has only for Jobs. Where a node crashes between the creation of the two
   * containers and comes back, the kubelet neither goes on with the pod nor ends it. A pod that is only late, or waits, gives
   * back what it has, and another takes its place.
   * `computePodActions` in https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/kuberuntime_manager.go
   *
   * @internal
   */
  public override _toPodSpec(): kplus.k8s.PodSpec {
    return { ...super._toPodSpec(), activeDeadlineSeconds: this.podSeconds };
  }
}

/** In what the worker was told after the constructor. */
function mistakesLater(
  context: string,
  worker: kplus.Container,
  ours: number,
  queueName: kplus.EnvValue,
  props: CoarseWorkerJobProps,
): string[] {
  const { [ProgramEnvName.QUEUE]: now, ...others } = worker.env.variables;
  const envVariables = now === queueName ? others : worker.env.variables;
  const checks = [
    () => requireFreePaths(context, worker.mounts.slice(ours)),
    () => requireFreeVariables(context, { ...props, envVariables }),
  ];
  return checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
}

function workerLimits(check: Check, props: CoarseWorkerJobProps): WorkerLimits {
  const { itemTimeout = Duration.hours(1), terminationGracePeriod = Duration.seconds(30) } = props;
  return {
    itemsPerPod: check.wholeNumber('itemsPerPod', props.itemsPerPod ?? 1, 1, 'A pod works on one item or more.'),
    maxAttempts: check.wholeNumber('maxAttempts', props.maxAttempts ?? 3, 1, 'An item is tried at least once.'),
    toleratedDeadLetters: check.wholeNumber(
      'toleratedDeadLetters',
      props.toleratedDeadLetters ?? 0,
      0,
      'With 0 every item must be done.',
    ),
    itemTimeoutSeconds: check.seconds('itemTimeout', itemTimeout, TIMED, 'Longer work is better cut into more items.'),
    graceSeconds: check.seconds(
      'terminationGracePeriod',
      terminationGracePeriod,
      TIMED,
      'A program needs time to end.',
    ),
  };
}

function attemptSeconds({ itemTimeoutSeconds, graceSeconds }: WorkerLimits): number {
  return itemTimeoutSeconds + graceSeconds + ATTEMPT_OVERHEAD_SECONDS;
}

function settings(check: Check, props: CoarseWorkerJobProps, limits: WorkerLimits, completions: number): JobSettings {
  const { parallelism = 1, activeDeadline, ttlAfterFinished, queue } = props;
  // What keeps one pod of a Job from its work mostly keeps all that run beside it.
  const backoffLimit = props.backoffLimit ?? Math.min(BACKOFF_LIMIT * parallelism, MAX_COUNT);
  const longest = queue.itemCount * limits.maxAttempts * attemptSeconds(limits) + READY_SECONDS;
  return {
    completions,
    parallelism: check.wholeNumber('parallelism', parallelism, 1, 'With no pods nothing would ever be done.'),
    backoffLimit: check.wholeNumber('backoffLimit', backoffLimit, 0, 'With 0 the first failed pod ends the Job.'),
    activeDeadlineSeconds: activeDeadline
      ? deadline(check, activeDeadline, props.itemTimeout)
      : Math.min(longest, TEN_YEARS_SECONDS),
    ttlSecondsAfterFinished:
      ttlAfterFinished && check.seconds('ttlAfterFinished', ttlAfterFinished, { min: 0 }, 'Give whole seconds.'),
    podFailurePolicy: {
      rules: [
        courierExit('FailJob', [ExitCode.TOO_MANY_DEAD_LETTERS]),
        IGNORE_DISRUPTION,
        courierExit('Ignore', [ExitCode.ATTEMPT_COUNTED, ExitCode.STOPPED]),
      ],
    },
  };
}

/** The default of `itemTimeout` says nothing about how long items take: a Job may well have less time. */
function deadline(check: Check, given: Duration, itemTimeout = Duration.seconds(1)): number {
  const hint = 'Leave it out for a limit that no run can reach.';
  const seconds = check.seconds('activeDeadline', given, { min: 1 }, hint);
  if (seconds >= itemTimeout.toSeconds()) return seconds;
  const rule = `must not be shorter than itemTimeout, ${itemTimeout.toSeconds()} s: the Job would fail before an item had its time`;
  throw check.conflict('activeDeadline', `${seconds} s`, rule, `Give items less, or the Job more. ${hint}`);
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy */
function courierExit(action: string, values: number[]): object {
  return { action, onExitCodes: { containerName: ContainerName.COURIER, operator: 'In', values } };
}
