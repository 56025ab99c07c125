import { ApiObject, type ApiObjectMetadataDefinition, Chart, Lazy, Names, Size, SizeRoundingBehavior } from 'cdk8s';
import {
  type ContainerResources,
  Cpu,
  type ISecret,
  k8s,
  Pod,
  Secret,
  Topology,
  type Workload,
  type WorkloadScheduling,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Label } from '../contract/labels';
import { Images } from '../manifest/images';
import { addLabels, chartLabels, commonLabels, labelWithChart } from '../manifest/labels';
import { podTemplate } from '../manifest/pod-template';
import { type TopologySpread, topologySpreadConstraints } from '../manifest/topology-spread';
import { Check } from '../validation/check';
import { requireProps } from '../validation/props';
import { canonicalQuantity } from '../validation/quantity';
import { requireResources } from '../validation/resources';
import type { BrokerConnection, IBroker } from './broker';
import { longestConsumerTimeout } from './consumer-timeouts';
import type { ClusterOperatorOptions, ExistingRabbitMQProps } from './existing-rabbitmq-props';
import { Network } from './network';
import { BrokerNetwork } from './private/broker-network';
import { type AmqpPort, amqpPorts, Port } from './private/broker-ports';
import { sizeErrors } from './private/broker-size';
import { Certificate } from './private/certificate';
import { ExistingBroker } from './private/existing-broker';
import { GeneratedCredentials } from './private/generated-credentials';
import { requireNames, requireNoTwin } from './private/generated-names';
import { NodePods } from './private/node-pods';
import { PodMonitor } from './private/pod-monitor';
import { rabbitMQConfig, requireSettings } from './private/rabbitmq-config';
import { DATA_VOLUME, rabbitMQPod, SCRAPE } from './private/rabbitmq-pod';
import { queueLoads } from './queue-loads';
import type { RabbitMQProps } from './rabbitmq-props';
import { IssuerKind, type Tls } from './tls';
import { Trust } from './trust';

/** RabbitMQ's default. https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout */
const CONSUMER_TIMEOUT_SECONDS = 30 * 60;

/**
 * A RabbitMQ broker of one node or several: a StatefulSet with a volume for each node, two Services, NetworkPolicies,
 * generated credentials and, if there are several nodes, a PodDisruptionBudget.
 *
 * The construct's `ApiObject` is the StatefulSet. A finished Job leaves its queues on the broker. They remain until you
 * delete the broker's volume, or delete them as the guide says under "Old runs".
 */
export class RabbitMQ extends Construct implements IBroker {
  /**
   * Uses a broker that already exists, in this namespace, in another one, or outside the cluster. This package creates
   * no objects for it, and so no NetworkPolicies: the namespace of seeders and workers decides what they may reach.
   *
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope
   * @param props the broker's address, and the Secret with the credentials
   * @throws if `host` or `serverName` is not the name of a host, `port` is not a port, or `virtualHost` is empty
   */
  public static fromExisting(scope: Construct, id: string, props: ExistingRabbitMQProps): IBroker {
    return new ExistingBroker(scope, id, props);
  }

  /**
   * Uses a broker that RabbitMQ's Cluster Operator manages in the chart's namespace. Host, port and credentials come
   * from the Secret `NAME-default-user`, which the operator creates.
   * https://www.rabbitmq.com/kubernetes/operator/using-operator#creds
   *
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope
   * @param name the name of the `RabbitmqCluster` object
   * @param options the virtual host, TLS and the largest message
   * @throws if `name` cannot be the name of a Kubernetes Service, or `virtualHost` is empty
   */
  public static fromClusterOperator(
    scope: Construct,
    id: string,
    name: string,
    options: ClusterOperatorOptions = {},
  ): IBroker {
    const check = new Check(`RabbitMQ.fromClusterOperator '${id}'`);
    requireProps(`RabbitMQ.fromClusterOperator '${id}'`, 'ClusterOperatorOptions', options);
    check.serviceName('name', name);
    if (options.virtualHost === '') throw check.emptyVirtualHost('virtualHost');
    const broker = new Construct(scope, id);
    const secret = Secret.fromSecretName(broker, 'Secret', `${name}-default-user`);
    return new ExistingBroker(broker, 'Broker', { secret, ...options });
  }

  /** How pods reach the broker. */
  public readonly connection: BrokerConnection;

  /**
   * The namespace of the broker, which is that of its chart.
   *
   * @default - the manifest names no namespace, and `kubectl` decides
   */
  public readonly namespace?: string;

  /** The name of the Service with a virtual IP address. The Service leads to nodes that are ready. */
  public readonly serviceName: string;

  /**
   * The Secret with the administrator of the broker, in the keys `username` and `password`. A Job creates it in the
   * cluster, once.
   */
  public readonly adminCredentials: ISecret;

  /**
   * Labels of the pods that the broker's NetworkPolicy admits. Seeders and workers of this package always carry them.
   *
   * @default - none if `network` is `Network.OPEN`
   */
  public readonly clientLabels?: { readonly [key: string]: string };

  /**
   * The largest message that the broker accepts, and so the largest work item: 16 MiB, or the `max_message_size` of
   * `config`.
   *
   * @default - it is always set
   */
  public readonly maxMessageSize?: Size;

  /**
   * On which nodes of the cluster the broker's pods run: tolerations, and attraction to nodes and other pods. If the
   * broker has several nodes, they already prefer different nodes of the cluster. A change restarts the nodes, one
   * after the other.
   */
  public readonly scheduling: WorkloadScheduling;

  /**
   * Labels and annotations of the broker's pods. A change restarts the nodes, one after the other. The label
   * `cdk8s.io/metadata.addr` must stay as it is, because Services and NetworkPolicies select by it.
   */
  public readonly podMetadata: ApiObjectMetadataDefinition;

  /**
   * The Job that creates the Secrets of the broker. Use its `scheduling` and `podMetadata`, as those of a `QueueSeeder`
   * and a `CoarseWorkerJob`. A change leads to a new Job, which changes no Secret that exists.
   */
  public readonly credentialsJob: Workload;

  /**
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope
   * @param props properties of the broker
   * @throws if any of these is true:
   * - A property is not of its type, or is unknown.
   * - `serviceName` cannot be the name of a Service, or it is the name of another Service in the chart.
   * - The ids of chart and constructs lead to names that Kubernetes does not accept.
   * - `image` is not an image reference, or `priorityClassName` cannot be the name of an object.
   * - `topologySpread` names a topology twice, or has a number that is out of its range.
   * - `replicas` is not 1, 3 or 5, or the image is too old for several nodes.
   * - `storage` or the memory limit is too small, or a request exceeds its limit.
   * - A setting of `config` is not one line, or it is one on which other objects depend.
   * - `max_message_size` in `config` is not in digits, or it exceeds 512 MiB.
   * - Neither AMQP nor AMQP over TLS is served.
   * - `podMonitor` is set without `metrics`.
   * - One of `clientNamespaces` cannot be the name of a namespace.
   */
  constructor(scope: Construct, id: string, props: RabbitMQProps = {}) {
    super(scope, id);
    const context = `RabbitMQ '${this.node.path}'`;
    requireProps(context, 'RabbitMQProps', props);
    const { replicas = 1, tls, plaintext = !tls, network = Network.RESTRICTED, metrics = false } = props;
    const { storage = Size.gibibytes(1), resources = RESOURCES } = props;
    const { topologySpread = replicas > 1 ? NODES_AND_ZONES : [] } = props;
    const check = new Check(context);
    const { maxMessageSize, ...sizes } = checked(check, {
      ...props,
      replicas,
      plaintext,
      storage,
      resources,
    });
    const labels = { [Pod.ADDRESS_LABEL]: Names.toLabelValue(this) };
    const ports = amqpPorts({ plaintext, tls: tls !== undefined }).map(servicePort);

    const service = new k8s.KubeService(this, 'Service', {
      // { name: undefined } would hide the generated name.
      metadata: props.serviceName === undefined ? undefined : { name: props.serviceName },
      spec: { selector: labels, ports },
    });
    // Nodes must find each other before they are ready. Seeders and couriers use this Service too: a node with an alarm
    // is not ready, but only consumers can clear the alarm.
    const nodes = new k8s.KubeService(this, 'Nodes', {
      spec: { selector: labels, ports, clusterIp: 'None', publishNotReadyAddresses: true },
    });
    // Kubernetes labels the pods with this name and a hash, and the label has at most 63 characters:
    // https://github.com/kubernetes/kubernetes/issues/64023
    const name = Names.toDnsLabel(this, { maxLen: 52, includeHash: isHashed(nodes) });
    const credentials = new GeneratedCredentials(this, 'Credentials', name, props);
    this.namespace = Chart.of(this).namespace;
    this.maxMessageSize = maxMessageSize;
    const certificate = tls && this.certificate(tls, name, dnsNames([service.name, nodes.name], this.namespace));
    this.serviceName = service.name;
    this.adminCredentials = credentials.admin;
    this.credentialsJob = credentials.job;
    this.connection = {
      url: tls ? `amqps://${nodes.name}:${Port.AMQPS}/` : `amqp://${nodes.name}:${Port.AMQP}/`,
      credentials: credentials.client,
      ...(replicas > 1 && { nodes: replicas }),
      ...(certificate && { trust: Trust.fromSecret(certificate), serverName: service.name }),
    };
    if (network === Network.RESTRICTED) {
      this.clientLabels = { [Label.BROKER]: labels[Pod.ADDRESS_LABEL] };
      new BrokerNetwork(this, 'Network', {
        brokerLabels: labels,
        clientLabels: this.clientLabels,
        credentialsLabels: credentials.podLabels,
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
    const spec = rabbitMQPod({
      ...{
        broker: this,
        admin: credentials.admin,
        certificate,
        config,
        metrics,
        plaintext,
        replicas,
        resources,
        dockerRegistryAuth: props.dockerRegistryAuth,
        initResources: props.initResources,
      },
      image: () => clusterable(check, replicas, props.image ?? Images._rabbitMQ(this)),
      nodes: nodes.name,
    });
    const statefulSet = new ApiObject(this, 'Resource', {
      ...k8s.KubeStatefulSet.GVK,
      metadata: { name },
      spec: Lazy.any({
        produce: () => ({
          replicas,
          serviceName: nodes.name,
          // All nodes start together: after the loss of all, one may need another to start.
          podManagementPolicy: 'Parallel',
          selector: { matchLabels: labels },
          template: podTemplate(pods._podTemplate()),
          volumeClaimTemplates: [volumeClaim(storage, props.storageClassName, chartLabels(this))],
        }),
      }),
    });
    const pods = new NodePods(this, 'Pods', {
      statefulSet,
      selector: labels[Pod.ADDRESS_LABEL],
      annotations: metrics ? SCRAPE : {},
      spread: replicas > 1,
      spec: {
        ...spec,
        priorityClassName: props.priorityClassName,
        topologySpreadConstraints: topologySpreadConstraints(check, topologySpread, labels),
      },
    });
    this.scheduling = pods.scheduling;
    this.podMetadata = pods.podMetadata;
    for (const metadata of [statefulSet.metadata, pods.podMetadata]) addLabels(metadata, commonLabels(this, 'broker'));
    labelWithChart(this);
    requireNames(check, this);
    requireNoTwin(check, 'serviceName', service);
    // At synth, because queues are added later.
    const { config: settings = {} } = props;
    this.node.addValidation({
      validate: () => sizeErrors(context, queueLoads(this), { ...sizes, config: settings }),
    });
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

/** Whether the chart puts a hash into generated names. A chart does not tell its `disableResourceNameHashes`. */
function isHashed(object: ApiObject): boolean {
  return object.name !== Names.toDnsLabel(object, { includeHash: false });
}

const RESOURCES: ContainerResources = {
  cpu: { request: Cpu.millis(100) },
  memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) },
};

const NODES_AND_ZONES: TopologySpread[] = [{ topology: Topology.HOSTNAME }, { topology: Topology.ZONE }];

type CheckedProps = RabbitMQProps & Required<Pick<RabbitMQProps, 'replicas' | 'plaintext' | 'storage' | 'resources'>>;

interface Sizes {
  readonly memoryBytes: number | undefined;
  readonly storageBytes: number;
  readonly maxMessageSize: Size;
}

function checked(check: Check, props: CheckedProps): Sizes {
  const { image, replicas, plaintext, config = {}, storage, resources } = props;
  if (image !== undefined) check.image('image', image);
  check.priorityClass(props.priorityClassName);
  if (props.serviceName !== undefined) check.serviceName('serviceName', props.serviceName);
  check.oneOf(
    'replicas',
    replicas,
    [1, 3, 5],
    'Use 1, or 3 to tolerate the loss of one node, or 5 to tolerate the loss of two.',
  );
  if (!plaintext && !props.tls) {
    throw check.conflict(
      'plaintext',
      'false',
      'leaves no port, because tls is not set',
      'Set tls to a certificate, or omit plaintext.',
    );
  }
  if (props.podMonitor && !props.metrics) {
    throw check.conflict('podMonitor', 'true', 'requires metrics', 'Also set metrics: true.');
  }
  for (const namespace of props.clientNamespaces ?? []) check.namespaceName('clientNamespaces', namespace);
  requireResources(check, resources);
  requireResources(check, props.initResources, 'initResources');
  requireResources(check, props.credentialsResources, 'credentialsResources');
  const limit = resources.memory?.limit;
  const logHint = 'The write-ahead log and the queues need space.';
  return {
    memoryBytes:
      limit && check.size('resources.memory.limit', limit, Size.mebibytes(256), 'RabbitMQ itself uses half of that.'),
    storageBytes: check.size('storage', storage, Size.mebibytes(512), logHint),
    maxMessageSize: requireSettings(check, config),
  };
}

/** The image, if it supports so many nodes. This is known only at synth, because `Images` may still set the image. */
function clusterable(check: Check, replicas: number, image: string): string {
  if (replicas === 1 || !/(^|\/)rabbitmq:(3|4\.0)\b/.test(image)) return image;
  const hint = 'Use the image of a later version, or use one node.';
  throw check.conflict('replicas', replicas, `requires RabbitMQ 4.1 or later, but the image is ${image}`, hint);
}

function servicePort({ name, number: port }: AmqpPort) {
  return { name, port, targetPort: k8s.IntOrString.fromString(name) };
}

/** The names of the Services in their namespace, and if the namespace is known, also the names in other namespaces. */
function dnsNames(services: string[], namespace: string | undefined): string[] {
  return namespace === undefined ? services : [...services, ...services.map((name) => `${name}.${namespace}.svc`)];
}

/**
 * Contains the API server's defaults: `kubectl apply` compares the list of claims as a whole, and would otherwise
 * always find a difference.
 *
 * @param labels labels that never change, because the claims of a StatefulSet are immutable
 */
function volumeClaim(
  storage: Size,
  storageClassName: string | undefined,
  labels: Readonly<Record<string, string>>,
): object {
  return {
    ...k8s.KubePersistentVolumeClaim.GVK,
    metadata: { name: DATA_VOLUME, labels },
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
