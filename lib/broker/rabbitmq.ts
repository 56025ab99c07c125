import { ApiObject, Chart, Lazy, Names, Size, SizeRoundingBehavior } from 'cdk8s';
import { type ContainerResources, Cpu, type ISecret, k8s, Pod, Secret } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { commonLabels } from '../manifest/common-labels';
import { Images } from '../manifest/images';
import { podTemplate } from '../manifest/pod-template';
import { Check } from '../validation/check';
import { canonicalQuantity } from '../validation/quantity';
import { requireResources } from '../validation/resources';
import type { BrokerConnection, IBroker } from './broker';
import { longestConsumerTimeout } from './consumer-timeouts';
import type { ClusterOperatorOptions, ExistingRabbitMQProps } from './existing-rabbitmq-props';
import { Network } from './network';
import { BrokerNetwork } from './private/broker-network';
import { Port } from './private/broker-ports';
import { Certificate } from './private/certificate';
import { ExistingBroker } from './private/existing-broker';
import { GeneratedCredentials } from './private/generated-credentials';
import { requireNames, requireNoTwin } from './private/generated-names';
import { PodMonitor } from './private/pod-monitor';
import { rabbitMQConfig, requireSettings } from './private/rabbitmq-config';
import { DATA_VOLUME, rabbitMQPod } from './private/rabbitmq-pod';
import type { RabbitMQProps } from './rabbitmq-props';
import { IssuerKind, type Tls } from './tls';
import { Trust } from './trust';

/** RabbitMQ's own default. https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout */
const CONSUMER_TIMEOUT_SECONDS = 30 * 60;

/**
 * A RabbitMQ broker of one node or several: a StatefulSet with a volume for each node, two Services, NetworkPolicies, a
 * PodDisruptionBudget where there are several nodes, and generated credentials.
 *
 * The construct's `ApiObject` is the StatefulSet. A finished Job leaves its queues on the broker; they go with its volume, or as
 * the guide says under "Old runs".
 */
export class RabbitMQ extends Construct implements IBroker {
  /**
   * A broker that runs already, in this namespace, another one, or outside the cluster. Nothing is made for it, no NetworkPolicy
   * either: what seeders and workers may reach is up to their namespace.
   *
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope
   * @param props where it is, and the Secret with the credentials
   * @throws where `host` or `serverName` is no name of a host, `port` no port or `virtualHost` empty
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
   * @param options the virtual host, and TLS
   * @throws where the name cannot be that of a Kubernetes Service, or `virtualHost` is empty
   */
  public static fromClusterOperator(
    scope: Construct,
    id: string,
    name: string,
    options: ClusterOperatorOptions = {},
  ): IBroker {
    const check = new Check(`RabbitMQ.fromClusterOperator '${id}'`);
    check.serviceName('name', name);
    if (options.virtualHost === '') throw check.emptyVirtualHost('virtualHost');
    const broker = new Construct(scope, id);
    const secret = Secret.fromSecretName(broker, 'Secret', `${name}-default-user`);
    return new ExistingBroker(broker, 'Broker', { secret, ...options });
  }

  /** How pods reach the broker. */
  public readonly connection: BrokerConnection;

  /**
   * The namespace of the broker: its chart's.
   *
   * @default - none in the manifest: the namespace that `kubectl` is used with
   */
  public readonly namespace?: string;

  /** The name of the Service with a virtual IP address, which leads to nodes that are ready. */
  public readonly serviceName: string;

  /**
   * The Secret with the administrator of the broker, in the keys `username` and `password`, for the management of the broker.
   * A Job makes it in the cluster, once.
   */
  public readonly adminCredentials: ISecret;

  /**
   * Labels of the pods that the network policy lets in. Seeders and workers of this package carry them by themselves.
   *
   * @default - none, where the network is open
   */
  public readonly clientLabels?: { readonly [key: string]: string };

  /**
   * The largest message that the broker takes, and so the largest work item: 16 MiB, or what `config` says.
   *
   * @default - it is always there
   */
  public readonly maxMessageSize?: Size;

  /**
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope
   * @param props properties of the broker
   * @throws where `serviceName` is no name for a Service or that of another one in the chart, ids of chart and constructs make
   * names that Kubernetes does not take, `image` is no reference to an image, `replicas` not 1, 3 or 5 or more than the image can,
   * storage or memory too small or a request over its limit, a setting of `config` no line or not yours to set,
   * `max_message_size` in it not in digits or above 512 MiB, no port served, `podMonitor` without `metrics`, or a name no
   * namespace's
   */
  constructor(scope: Construct, id: string, props: RabbitMQProps = {}) {
    super(scope, id);
    const { replicas = 1, tls, plaintext = !tls, network = Network.RESTRICTED, metrics = false } = props;
    const { storage = Size.gibibytes(1), resources = RESOURCES } = props;
    const check = new Check(`RabbitMQ '${this.node.path}'`);
    const { maxMessageSize, ...sizes } = checked(check, {
      ...props,
      replicas,
      plaintext,
      storage,
      resources,
    });
    // Its pods carry the name and a hash as a label of at most 63 characters:
    // https://github.com/kubernetes/kubernetes/issues/64023
    const name = Names.toDnsLabel(this, { maxLen: 52 });
    const labels = { [Pod.ADDRESS_LABEL]: Names.toLabelValue(this) };
    const ports = [
      ...(plaintext ? [servicePort('amqp', Port.AMQP)] : []),
      ...(tls ? [servicePort('amqps', Port.AMQPS)] : []),
    ];

    const service = new k8s.KubeService(this, 'Service', {
      // Not { name: undefined }, which would hide the generated name.
      metadata: props.serviceName === undefined ? undefined : { name: props.serviceName },
      spec: { selector: labels, ports },
    });
    // Nodes find each other before they are ready. Our clients use it as well: a node in an alarm is not ready, and it is
    // consumers who clear the alarm.
    const nodes = new k8s.KubeService(this, 'Nodes', {
      spec: { selector: labels, ports, clusterIp: 'None', publishNotReadyAddresses: true },
    });
    const credentials = new GeneratedCredentials(this, 'Credentials', name, props);
    this.namespace = Chart.of(this).namespace;
    this.maxMessageSize = maxMessageSize;
    const certificate = tls && this.certificate(tls, name, dnsNames([service.name, nodes.name], this.namespace));
    this.serviceName = service.name;
    this.adminCredentials = credentials.admin;
    this.connection = {
      url: tls ? `amqps://${nodes.name}:${Port.AMQPS}/` : `amqp://${nodes.name}:${Port.AMQP}/`,
      credentials: credentials.client,
      ...(certificate && { trust: Trust.fromSecret(certificate), serverName: service.name }),
    };
    if (network === Network.RESTRICTED) {
      this.clientLabels = { [BROKER_LABEL]: labels[Pod.ADDRESS_LABEL] };
      new BrokerNetwork(this, 'Network', {
        brokerLabels: labels,
        clientLabels: this.clientLabels,
        clientNamespaces: props.clientNamespaces ?? [],
        amqpPorts: ports.map(({ port }) => port),
        clustered: replicas > 1,
        metrics,
      });
    }
    if (replicas > 1) this.keepMajority(replicas, labels);
    if (props.podMonitor) new PodMonitor(this, 'PodMonitor', { podLabels: labels });

    const config = rabbitMQConfig(this, {
      ...sizes,
      ...{ replicas, plaintext, metrics, tls: tls !== undefined, config: props.config ?? {} },
      consumerTimeoutSeconds: () => longestConsumerTimeout(this, CONSUMER_TIMEOUT_SECONDS),
    });
    const template = rabbitMQPod({
      ...{
        broker: this,
        admin: credentials.admin,
        certificate,
        config,
        labels,
        metrics,
        plaintext,
        replicas,
        resources,
        dockerRegistryAuth: props.dockerRegistryAuth,
      },
      image: () => clusterable(check, replicas, props.image ?? Images._rabbitMQ(this)),
      nodes: nodes.name,
    });
    new ApiObject(this, 'Resource', {
      ...k8s.KubeStatefulSet.GVK,
      metadata: { name, labels: commonLabels(this, 'broker') },
      spec: Lazy.any({
        produce: () => ({
          replicas,
          serviceName: nodes.name,
          // All at once: after a loss of all nodes one may need another to start.
          podManagementPolicy: 'Parallel',
          selector: { matchLabels: labels },
          template: podTemplate(template),
          volumeClaimTemplates: [volumeClaim(storage, props.storageClassName)],
        }),
      }),
    });
    requireNames(check, this);
    requireNoTwin(check, 'serviceName', service);
  }

  private certificate(tls: Tls, name: string, dnsNames: string[]): ISecret {
    const { _secret: given, _issuer: issuer } = tls;
    if (given) return given;
    const secretName = `${name}-tls`;
    if (issuer) {
      const { name: issuerName, kind: issuerKind = IssuerKind.ISSUER } = issuer;
      new Certificate(this, 'Certificate', { secretName, dnsNames, issuerName, issuerKind });
    }
    return Secret.fromSecretName(this, 'CertificateSecret', secretName);
  }

  private keepMajority(replicas: number, matchLabels: Record<string, string>): void {
    const minAvailable = k8s.IntOrString.fromNumber(Math.floor(replicas / 2) + 1);
    new k8s.KubePodDisruptionBudget(this, 'Majority', { spec: { minAvailable, selector: { matchLabels } } });
  }
}

/** Says of a pod which broker it is a client of. */
const BROKER_LABEL = 'cdk8s-work-queue/broker';

const RESOURCES: ContainerResources = {
  cpu: { request: Cpu.millis(100) },
  memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) },
};

type CheckedProps = RabbitMQProps & Required<Pick<RabbitMQProps, 'replicas' | 'plaintext' | 'storage' | 'resources'>>;

interface Sizes {
  readonly memoryBytes: number | undefined;
  readonly storageBytes: number;
  readonly maxMessageSize: Size;
}

function checked(check: Check, props: CheckedProps): Sizes {
  const { image, replicas, plaintext, config = {}, storage, resources } = props;
  if (image !== undefined) check.image('image', image);
  if (props.serviceName !== undefined) check.serviceName('serviceName', props.serviceName);
  check.oneOf('replicas', replicas, [1, 3, 5], 'Take 1, or 3 to go on without one of them, or 5 to go on without two.');
  if (!plaintext && !props.tls) {
    throw check.conflict('plaintext', 'false', 'leaves no port without tls', 'Give a certificate by tls.');
  }
  if (props.podMonitor && !props.metrics) {
    throw check.conflict('podMonitor', 'true', 'needs metrics', 'Set metrics: true as well.');
  }
  for (const namespace of props.clientNamespaces ?? []) check.namespaceName('clientNamespaces', namespace);
  requireResources(check, resources);
  const limit = resources.memory?.limit;
  const log = 'The write-ahead log and the queues need room.';
  return {
    memoryBytes:
      limit && check.size('resources.memory.limit', limit, Size.mebibytes(256), 'RabbitMQ itself takes half.'),
    storageBytes: check.size('storage', storage, Size.mebibytes(512), log),
    maxMessageSize: requireSettings(check, config),
  };
}

/** Known only at synth: `Images` may say it last. */
function clusterable(check: Check, replicas: number, image: string): string {
  if (replicas === 1 || !/(^|\/)rabbitmq:(3|4\.0)\b/.test(image)) return image;
  const hint = 'Take the image of a later version, or one node.';
  throw check.conflict('replicas', replicas, `needs RabbitMQ 4.1 or later, and the image is ${image}`, hint);
}

function servicePort(name: string, port: number) {
  return { name, port, targetPort: k8s.IntOrString.fromString(name) };
}

/** As its own namespace and, where it is known which one that is, the others call a Service. */
function dnsNames(services: string[], namespace: string | undefined): string[] {
  return namespace === undefined ? services : [...services, ...services.map((name) => `${name}.${namespace}.svc`)];
}

/** With the API server's own defaults: `kubectl apply` compares this list as a whole, and would always find a difference. */
function volumeClaim(storage: Size, storageClassName: string | undefined): object {
  return {
    ...k8s.KubePersistentVolumeClaim.GVK,
    metadata: { name: DATA_VOLUME },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      resources: {
        requests: { storage: canonicalQuantity(`${storage.toKibibytes({ rounding: SizeRoundingBehavior.FLOOR })}Ki`) },
      },
      volumeMode: 'Filesystem',
    },
    status: { phase: 'Pending' },
  };
}
