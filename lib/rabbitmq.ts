import { ApiObject, Chart, Lazy, Names, Size } from 'cdk8s';
import { type ContainerResources, Cpu, type ISecret, k8s, Pod, Secret } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { BrokerConnection, IBroker } from './broker';
import type { ClusterOperatorOptions, ExistingRabbitMQProps } from './existing-rabbitmq-props';
import { Images } from './images';
import { Check } from './private/check';
import { ExistingBroker } from './private/existing-broker';
import { GeneratedCredentials } from './private/generated-credentials';
import { canonicalQuantity, podTemplate } from './private/pod-template';
import { AMQP, DATA_VOLUME, rabbitMQConfig, rabbitMQPod } from './private/rabbitmq-pod';

/** Properties for a RabbitMQ broker. */
export interface RabbitMQProps {
  /**
   * The name of the Service that clients connect to, on port 5672.
   *
   * @default - a name that cdk8s generates from the construct's path
   */
  readonly serviceName?: string;

  /**
   * A Secret with the keys `username` and `password`. RabbitMQ reads them when it starts for the first time, on an empty
   * volume, and not again. https://www.rabbitmq.com/docs/access-control#default-state
   *
   * @default - a Job generates a Secret in the cluster, once; the password stands in no manifest
   */
  readonly credentials?: ISecret;

  /**
   * The broker's image. It must be made like the public one, see `Images.useRabbitMQ`.
   *
   * @default - `rabbitmq:4.3`, or what `Images` says
   */
  readonly image?: string;

  /**
   * The size of the volume that keeps the queues. It cannot be changed once the broker is in a cluster: Kubernetes does not
   * let the claims of a StatefulSet change.
   * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations
   *
   * @default Size.gibibytes(1)
   */
  readonly storage?: Size;

  /**
   * The class of the volume.
   *
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;

  /**
   * What the broker's container asks for and may use. RabbitMQ stops accepting messages at 60 % of the memory limit.
   * https://www.rabbitmq.com/docs/memory
   *
   * @default - requests 100m CPU and 512Mi memory, limit 1Gi memory
   */
  readonly resources?: ContainerResources;

  /**
   * Further settings for `rabbitmq.conf`, by their key. https://www.rabbitmq.com/docs/configure
   *
   * @default - only `raft.wal_max_size_bytes = 64000000`, in place of RabbitMQ's 512 MB, so that the write-ahead log of
   * quorum queues fits the default volume and memory. https://www.rabbitmq.com/docs/quorum-queues
   */
  readonly config?: { readonly [key: string]: string };
}

/**
 * A RabbitMQ broker of one node: a StatefulSet with a volume, a Service and, unless you bring your own, generated credentials.
 *
 * The construct's `ApiObject` is the StatefulSet. A finished Job leaves its queues on the broker; they go with its volume.
 */
export class RabbitMQ extends Construct implements IBroker {
  /**
   * A broker that runs already, in this namespace, another one, or outside the cluster. Nothing is made for it.
   *
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope
   * @param props where it is, and the Secret with the credentials
   * @throws where `host` is no host name, `port` no port or `virtualHost` empty
   */
  public static fromExisting(scope: Construct, id: string, props: ExistingRabbitMQProps): IBroker {
    return new ExistingBroker(scope, id, props);
  }

  /**
   * A broker that RabbitMQ's Cluster Operator runs in the chart's namespace: host, port and credentials come from the Secret
   * `NAME-default-user` that the operator makes. https://www.rabbitmq.com/kubernetes/operator/using-operator#creds
   *
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope
   * @param name the name of the `RabbitmqCluster` object
   * @param options the virtual host
   * @throws where the name cannot be that of a Kubernetes object, or `virtualHost` is empty
   */
  public static fromClusterOperator(
    scope: Construct,
    id: string,
    name: string,
    options: ClusterOperatorOptions = {},
  ): IBroker {
    new Check(`RabbitMQ.fromClusterOperator '${id}'`).serviceName('name', name);
    const broker = new Construct(scope, id);
    const secret = Secret.fromSecretName(broker, 'Secret', `${name}-default-user`);
    return new ExistingBroker(broker, 'Broker', { secret, virtualHost: options.virtualHost });
  }

  /** How pods reach the broker. */
  public readonly connection: BrokerConnection;

  /**
   * The namespace of the broker: its chart's.
   *
   * @default - none in the manifest: the namespace that `kubectl` is used with
   */
  public readonly namespace?: string;

  /** The name of the Service that clients connect to, on port 5672. */
  public readonly serviceName: string;

  /**
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope
   * @param props properties of the broker
   * @throws where `serviceName` is no name for a Service, or `image` no reference to an image
   */
  constructor(scope: Construct, id: string, props: RabbitMQProps = {}) {
    super(scope, id);
    const check = new Check(`RabbitMQ '${this.node.path}'`);
    if (props.image !== undefined) check.image('image', props.image);
    if (props.serviceName !== undefined) check.serviceName('serviceName', props.serviceName);
    // Its pods carry the name and a hash as a label of at most 63 characters:
    // https://github.com/kubernetes/kubernetes/issues/64023
    const name = Names.toDnsLabel(this, { maxLen: 52 });
    const labels = { [Pod.ADDRESS_LABEL]: Names.toLabelValue(this) };
    const port = { name: 'amqp', port: AMQP, targetPort: k8s.IntOrString.fromString('amqp') };

    const service = new k8s.KubeService(this, 'Service', {
      // Not { name: undefined }, which would hide the generated name.
      metadata: props.serviceName === undefined ? undefined : { name: props.serviceName },
      spec: { selector: labels, ports: [port] },
    });
    const nodes = new k8s.KubeService(this, 'Nodes', {
      spec: { selector: labels, ports: [port], clusterIp: 'None' },
    });
    const credentials =
      props.credentials ?? new GeneratedCredentials(this, 'Credentials', `${name}-credentials`).secret;
    this.namespace = Chart.of(this).namespace;
    this.serviceName = service.name;
    this.connection = { url: `amqp://${service.name}:${AMQP}/`, credentials };

    const config = rabbitMQConfig(this, props.config ?? {});
    const image = () => props.image ?? Images._rabbitMQ(this);
    const resources = props.resources ?? {
      cpu: { request: Cpu.millis(100) },
      memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) },
    };
    const template = rabbitMQPod({ broker: this, config, image, labels, resources });
    new ApiObject(this, 'Resource', {
      ...k8s.KubeStatefulSet.GVK,
      metadata: { name },
      spec: Lazy.any({
        produce: () => ({
          replicas: 1,
          serviceName: nodes.name,
          selector: { matchLabels: labels },
          template: podTemplate(template),
          volumeClaimTemplates: [volumeClaim(props)],
        }),
      }),
    });
  }
}

/** With the API server's own defaults: `kubectl apply` compares this list as a whole, and would always find a difference. */
function volumeClaim(props: RabbitMQProps): object {
  const { storage = Size.gibibytes(1), storageClassName } = props;
  return {
    ...k8s.KubePersistentVolumeClaim.GVK,
    metadata: { name: DATA_VOLUME },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      resources: { requests: { storage: canonicalQuantity(`${storage.toMebibytes()}Mi`) } },
      volumeMode: 'Filesystem',
    },
    status: { phase: 'Pending' },
  };
}
