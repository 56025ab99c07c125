import type { ApiObject } from 'cdk8s';
import { type k8s, Pod, Workload } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { addLabelsOfUser } from '../../manifest/labels';

export interface NodePodsProps {
  readonly statefulSet: ApiObject;
  /** The label by which the pods are selected. */
  readonly selector: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether the pods are scheduled on different nodes of the cluster, if it has enough of them. */
  readonly spread: boolean;
  readonly spec: k8s.PodSpec;
}

/**
 * The pods of a broker as a workload of cdk8s-plus, so that they are scheduled and labelled as all others are. The
 * StatefulSet of cdk8s-plus cannot render what the pods need.
 */
export class NodePods extends Workload {
  public readonly resourceType = 'statefulsets';
  protected readonly apiObject: ApiObject;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NodePodsProps,
  ) {
    super(scope, id, { select: false });
    this.apiObject = props.statefulSet;
    this.podMetadata.addLabel(Pod.ADDRESS_LABEL, props.selector);
    addLabelsOfUser(this);
    for (const [key, value] of Object.entries(props.annotations)) this.podMetadata.addAnnotation(key, value);
    if (props.spread) this.scheduling.spread({ weight: 100 });
  }

  /** @internal */
  public override _toPodSpec(): k8s.PodSpec {
    return { ...this.props.spec, ...this.scheduling._toKube() };
  }

  /** @internal */
  public _podTemplate(): k8s.PodTemplateSpec {
    return { metadata: this.podMetadata.toJson(), spec: this._toPodSpec() };
  }
}
