import { ApiObject, type ApiObjectProps, Lazy } from 'cdk8s';
import { k8s, RestartPolicy, Workload, type WorkloadProps } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { contentHash } from './content-hash';
import { addLabels, addLabelsOfUser, commonLabels } from './labels';
import { pathLabel } from './path-label';
import { podTemplate } from './pod-template';
import { orderedVariables } from './variable-order';

/**
 * The fields of a Job's spec that may change while the Job exists. All others are immutable.
 * ValidateJobSpecUpdate in https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/validation/validation.go
 */
const MUTABLE = new Set([
  'parallelism',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'suspend',
  'maxFailedIndexes',
  'podReplacementPolicy',
]);

/** What the pods of a Job have, beside what cdk8s-plus knows. */
export interface JobPodProps extends WorkloadProps {
  readonly priorityClassName?: string;
}

/** A Job's spec in the form of a manifest, without the template. */
export interface JobSettings {
  readonly completionMode?: 'Indexed';
  readonly completions?: number;
  readonly parallelism?: number;
  readonly backoffLimit?: number;
  readonly backoffLimitPerIndex?: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly podFailurePolicy?: { readonly rules: object[] };
}

/**
 * A Job whose name ends in a hash of all its immutable fields. So `kubectl apply` of the same input changes nothing,
 * and `kubectl apply` of a changed input creates a new Job instead of failing with "field is immutable".
 *
 * @internal
 */
export abstract class ContentNamedJob extends Workload {
  /** The name of the resource type in Kubernetes' API: `jobs`. */
  public readonly resourceType = 'jobs';
  protected readonly apiObject: ApiObject;

  /** @param component what the Job is for; it becomes a label of the Job and its pods, as the Job's name contains a hash */
  constructor(
    scope: Construct,
    id: string,
    component: string,
    private readonly podProps: JobPodProps,
  ) {
    // With `Never`, the pods of failed attempts remain, and so do their logs. `OnFailure` deletes them at the
    // backoffLimit.
    super(scope, id, { ...podProps, restartPolicy: RestartPolicy.NEVER, select: false });
    const manifest = {
      ...k8s.KubeJob.GVK,
      metadata: { name: pathLabel(this) },
      spec: Lazy.any({
        produce: () => ({ ...this._settings(), template: podTemplate(withOrderedVariables(this._podTemplate())) }),
      }),
    };
    this.apiObject = new ContentNamedObject(this, 'Resource', manifest, (field) => this._isMutable(field));
    // Only now: cdk8s-plus makes `podMetadata` when it is first read, and it needs the object.
    addLabelsOfUser(this);
    this._label(commonLabels(this, component));
  }

  /**
   * The name of the Job in the cluster. It ends in a hash of what the Job runs. So read it only after everything is
   * set: in a Lazy of another construct, or after `app.synth()`.
   */
  public override get name(): string {
    return this.apiObject.toJson().metadata.name;
  }

  /** @internal */
  public abstract _settings(): JobSettings;

  /**
   * Whether a field of the Job's spec may change while the Job exists.
   *
   * @internal
   */
  public _isMutable(field: string): boolean {
    return MUTABLE.has(field);
  }

  /**
   * Labels the Job and its pods.
   *
   * @internal
   */
  public _label(labels: Readonly<Record<string, string>>): void {
    for (const metadata of [this.metadata, this.podMetadata]) addLabels(metadata, labels);
  }

  /** @internal */
  public override _toPodSpec(): k8s.PodSpec {
    return { ...super._toPodSpec(), priorityClassName: this.podProps.priorityClassName };
  }

  /** @internal */
  public _podTemplate(): k8s.PodTemplateSpec {
    return { metadata: this.podMetadata.toJson(), spec: this._toPodSpec() };
  }
}

/**
 * Puts the variables of all containers in order. They come from maps, and from calls after the constructor, and must not
 * rename the Job by the order in which they come.
 */
function withOrderedVariables({ spec, ...template }: k8s.PodTemplateSpec): k8s.PodTemplateSpec {
  if (!spec) return template;
  const ordered = ({ env, ...container }: k8s.Container) => ({ ...container, env: env && orderedVariables(env) });
  const { containers, initContainers } = spec;
  return {
    ...template,
    spec: { ...spec, containers: containers.map(ordered), initContainers: initContainers?.map(ordered) },
  };
}

class ContentNamedObject extends ApiObject {
  constructor(
    scope: Construct,
    id: string,
    manifest: ApiObjectProps,
    private readonly isMutable: (field: string) => boolean,
  ) {
    super(scope, id, manifest);
  }

  public override toJson(): Record<string, unknown> {
    const json = super.toJson();
    const immutable = Object.entries(json.spec).filter(([field]) => !this.isMutable(field));
    const name = `${json.metadata.name}-${contentHash(Object.fromEntries(immutable))}`;
    return { ...json, metadata: { ...json.metadata, name } };
  }
}

/**
 * The default of Kubernetes. https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
 */
export const BACKOFF_LIMIT = 6;

/**
 * A Job may have to wait until nodes are added, images are pulled or a broker is repaired. A day is enough for that.
 */
export const READY_SECONDS = 24 * 60 * 60;

/** A rule of `podFailurePolicy`: if the cluster evicted or lost a pod, this says nothing about the work of the pod. */
export const IGNORE_DISRUPTION = {
  action: 'Ignore',
  onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }],
};
