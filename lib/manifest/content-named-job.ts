import { ApiObject, Lazy } from 'cdk8s';
import { k8s, RestartPolicy, Workload, type WorkloadProps } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { commonLabels } from './common-labels';
import { contentHash } from './content-hash';
import { pathLabel } from './path-label';
import { podTemplate } from './pod-template';

/**
 * The fields of a Job's spec that may change while it lives; all others are immutable.
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

/** A Job's spec as it stands in a manifest, without the template. */
export interface JobSettings {
  readonly completions?: number;
  readonly parallelism?: number;
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly podFailurePolicy?: { readonly rules: object[] };
}

/**
 * A Job whose name ends in a hash of everything in it that cannot be changed once it is in a cluster. So `kubectl apply` of
 * the same input changes nothing, and of a changed one makes a new Job instead of "field is immutable".
 *
 * @internal
 */
export abstract class ContentNamedJob extends Workload {
  /** The name of the resource type in Kubernetes' API: `jobs`. */
  public readonly resourceType = 'jobs';
  protected readonly apiObject: ApiObject;

  /** @param component what the Job is for; with the name it becomes a label of the Job, as its own name has a hash in it */
  constructor(scope: Construct, id: string, component: string, props: WorkloadProps) {
    // Never: the pods of failed attempts stay, and with them their logs; `OnFailure` deletes them at the backoffLimit.
    super(scope, id, { ...props, restartPolicy: RestartPolicy.NEVER, select: false });
    this.apiObject = new ContentNamedObject(this, 'Resource', {
      ...k8s.KubeJob.GVK,
      metadata: { name: pathLabel(this), labels: commonLabels(this, component) },
      spec: Lazy.any({ produce: () => ({ ...this._settings(), template: podTemplate(this._podTemplate()) }) }),
    });
  }

  /**
   * The name of the Job in the cluster. It ends in a hash of what the Job runs, so read it after everything is set: as an
   * argument of another construct's Lazy, or after `app.synth()`.
   */
  public override get name(): string {
    return this.apiObject.toJson().metadata.name;
  }

  /** @internal */
  public abstract _settings(): JobSettings;

  /** @internal */
  public _podTemplate(): k8s.PodTemplateSpec {
    return { metadata: this.podMetadata.toJson(), spec: this._toPodSpec() };
  }
}

class ContentNamedObject extends ApiObject {
  public override toJson(): Record<string, unknown> {
    const json = super.toJson();
    const immutable = Object.entries(json.spec).filter(([field]) => !MUTABLE.has(field));
    const name = `${json.metadata.name}-${contentHash(Object.fromEntries(immutable))}`;
    return { ...json, metadata: { ...json.metadata, name } };
  }
}

/** Kubernetes' own. https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy */
export const BACKOFF_LIMIT = 6;

/** Nodes may have to be added, images pulled, a broker repaired: somebody looks at it within a day. */
export const READY_SECONDS = 24 * 60 * 60;

/** For `podFailurePolicy`: a pod that the cluster itself evicted or lost says nothing about the work. */
export const IGNORE_DISRUPTION = {
  action: 'Ignore',
  onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }],
};
