import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { clientPodLabels } from '../../broker/client-labels';
import { Network } from '../../broker/network';
import { requireSameNamespace } from '../../broker/same-namespace';
import { ContainerName } from '../../contract/containers';
import { Label } from '../../contract/labels';
import { ContentNamedJob, type JobSettings, READY_SECONDS } from '../../manifest/content-named-job';
import { labelWithChart } from '../../manifest/labels';
import { topologySpreadConstraints } from '../../manifest/topology-spread';
import { queueLabels } from '../../queue/queue-labels';
import type { IWorkQueue } from '../../queue/work-queue';
import { Check, TEN_YEARS_SECONDS } from '../../validation/check';
import { constructContext, requireProps, type StructName } from '../../validation/props';
import { requireResources } from '../../validation/resources';
import type { WorkerJobProps } from '../worker-job-props';
import type { DeliveryWay, JobProps } from './delivery-way';
import { requireUsableItems } from './item-use';
import { registerOnlyWorker } from './only-worker';
import { requireNoPlaceholder } from './placeholders';
import { requireFreeVariables } from './program-variables';
import { type WorkerLimits, workerLimits } from './worker-limits';
import { requireFreePaths } from './worker-mounts';
import { requireWorkerSecurity } from './worker-security';
import { WorkerValidation } from './worker-validation';

/**
 * The maximum of pods at a time of an Indexed Job. `maxParallelismForIndexedJob` in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/validation/validation.go
 */
const MAX_PARALLELISM = 100_000;

/** How long a pod may take to pull its images, and to wait for the broker and for the last items of other pods. */
const POD_READY_SECONDS = 60 * 60;

/** A kind of worker Job: what the kinds do not share. */
export interface WorkerJobKind {
  /** The name of its class. */
  readonly name: string;
  /** The name of its properties. */
  readonly struct: StructName;
  readonly way: DeliveryWay;
  readonly share: (check: Check, limits: WorkerLimits) => PodShare;
}

/** Which part of the work a pod does, and how many pods there are. */
export interface PodShare {
  /** What follows from it in the Job's spec. */
  readonly settings: Pick<JobSettings, 'completions' | 'parallelism' | 'backoffLimit' | 'backoffLimitPerIndex'>;
  /** Numbers for the courier, by the names of their variables. */
  readonly env: Readonly<Record<string, number>>;
  /** How long a pod may work. */
  readonly workSeconds: number;
}

/**
 * A Job that runs a program once for every item of a queue: what all such Jobs have.
 *
 * @internal
 */
export abstract class WorkerJob extends ContentNamedJob {
  /** The queue whose items the Job processes. */
  public readonly queue: IWorkQueue;

  /** The container that runs the program. Use it for mounts and variables that are known only after the constructor. */
  public readonly worker: kplus.Container;

  private readonly jobSettings: JobSettings;
  private readonly podSeconds: number;
  private readonly spreadConstraints?: kplus.k8s.TopologySpreadConstraint[];

  constructor(scope: Construct, id: string, props: JobProps, kind: WorkerJobKind) {
    const context = constructContext(kind.name, scope, id);
    const { way } = kind;
    requireProps(context, kind.struct, props);
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
      priorityClassName: props.priorityClassName,
    });
    const check = new Check(context);
    check.priorityClass(props.priorityClassName);
    const podLabels = { [kplus.Pod.ADDRESS_LABEL]: this.podMetadata.getLabel(kplus.Pod.ADDRESS_LABEL) ?? '' };
    this.spreadConstraints = topologySpreadConstraints(check, props.topologySpread ?? [], podLabels);
    check.image('image', props.image);
    requireSameNamespace(context, this, 'the broker of its queue', props.queue.broker);
    way.requireSupported(context, props);
    requireFreeVariables(context, props, way.variables);
    requireFreePaths(context, props.volumeMounts ?? []);
    requireUsableItems(context, props);
    requireResources(check, props.resources);
    requireResources(check, props.courierResources, 'courierResources');
    requireWorkerSecurity(check, props);
    // Without a courier, a pod has one attempt.
    const limits = workerLimits(check, way.name === undefined ? props : { ...props, maxAttempts: 1 });
    const share = kind.share(check, limits);
    this.queue = props.queue;
    const podFailurePolicy = { rules: [...way.failureRules] };
    this.jobSettings = { ...share.settings, ...settings(check, props, limits), podFailurePolicy };
    registerOnlyWorker(context, props.queue);
    props.queue.attachWorker({ holdItems: Duration.seconds(Math.min(limits.holdSeconds, TEN_YEARS_SECONDS)) });
    this.podSeconds = Math.min(share.workSeconds + POD_READY_SECONDS, TEN_YEARS_SECONDS);

    const [worker, ...others] = way.containers(this, { props, limits, share: share.env });
    this.worker = this.addContainer(worker);
    for (const container of others) this.addContainer(container);
    // Without the metadata, which would read the name of the queue.
    requireNoPlaceholder(context, { spec: this._toPodSpec() });
    const pod = () => this._podTemplate();
    this.node.addValidation(new WorkerValidation(context, this.worker, { props, pod, setByPackage: way.variables }));
    const labels = clientPodLabels(props.queue.broker.clientLabels, props.network ?? Network.RESTRICTED);
    for (const [key, value] of Object.entries(labels)) this.podMetadata.addLabel(key, value);
    this._label(queueLabels(props.queue));
    if (way.name !== undefined) this._label({ [Label.DELIVERY]: way.name });
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
    return {
      ...super._toPodSpec(),
      activeDeadlineSeconds: this.podSeconds,
      topologySpreadConstraints: this.spreadConstraints,
    };
  }
}

/** Checks how many pods may run at the same time. */
export function podsAtATime(check: Check, name: string, given: number): number {
  const pods = check.wholeNumber(name, given, 1, 'Without pods, nothing would ever be done.');
  if (pods <= MAX_PARALLELISM) return pods;
  const rule = `must be at most ${MAX_PARALLELISM}, the maximum of Kubernetes for an Indexed Job`;
  throw check.conflict(name, pods, rule, 'Use a smaller number.');
}

function settings(check: Check, props: WorkerJobProps, limits: WorkerLimits): JobSettings {
  const { activeDeadline, ttlAfterFinished, queue } = props;
  const longest = queue.itemCount * limits.holdSeconds + READY_SECONDS;
  return {
    completionMode: 'Indexed',
    activeDeadlineSeconds: activeDeadline
      ? deadlineSeconds(check, activeDeadline, props.itemTimeout)
      : Math.min(longest, TEN_YEARS_SECONDS),
    ttlSecondsAfterFinished:
      ttlAfterFinished && check.seconds('ttlAfterFinished', ttlAfterFinished, { min: 0 }, 'Give whole seconds.'),
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
