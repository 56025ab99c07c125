import type { Size } from 'cdk8s';
import type { ContainerResources, ISecret } from 'cdk8s-plus-28';
import type { TopologySpread } from '../manifest/topology-spread';
import type { Network } from './network';
import type { Tls } from './tls';

/** Properties for a RabbitMQ broker. */
export interface RabbitMQProps {
  /**
   * The name of the Service with a virtual IP address, for clients of any kind. The Service leads to nodes that are
   * ready.
   *
   * @default - a name that cdk8s generates from the construct's path
   */
  readonly serviceName?: string;

  /**
   * How many nodes the broker has: 1, 3 or 5.
   *
   * Several nodes form a RabbitMQ cluster, which requires RabbitMQ 4.1 or later. Each quorum queue then has a member on
   * every node, and works while a majority of the members is available. You can increase this number. Do not decrease
   * it: RabbitMQ does not forget a node by itself. https://www.rabbitmq.com/docs/clustering
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * A Secret with the keys `username` and `password`, for seeders and couriers. Its user gets permissions for the
   * queues of this package only. The server reads the Secret whenever it starts; the guide says how to change the
   * password. After a change of the username, the old user remains until you delete it with `rabbitmqctl`.
   *
   * @default - a Job in the cluster generates a Secret, once; the manifest contains no password
   */
  readonly credentials?: ISecret;

  /**
   * The broker's image. It must be built like the public one, see `Images.useRabbitMQ`.
   *
   * @default - `rabbitmq:4.3`, or the image that `Images` sets
   */
  readonly image?: string;

  /**
   * A Secret of the type `kubernetes.io/dockerconfigjson` with which the images of the broker are pulled: its own
   * image, and the node image, which prepares the broker and creates its credentials. The Secret must be in the chart's
   * namespace. Seeders and workers have a property of the same name.
   * https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
   *
   * @default - none
   */
  readonly dockerRegistryAuth?: ISecret;

  /**
   * The size of each node's volume, which keeps the queues. Minimum: 512 MiB.
   *
   * It is an error at synth if the items of all queues do not fit: the guide on sizing says how much they need. RabbitMQ
   * accepts no messages while less than a fifth of the volume is free. The size cannot be changed after the broker has
   * been applied, because the volume claims of a StatefulSet are immutable.
   * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations
   *
   * @default Size.gibibytes(1)
   */
  readonly storage?: Size;

  /**
   * The StorageClass of the volumes.
   *
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;

  /**
   * The resource requests and limits of a node's container. The minimum of the memory limit is 256 MiB. No request may
   * exceed its limit. RabbitMQ accepts no messages while it uses more than 60 % of the memory limit. It is an error at
   * synth if the items of all queues need more.
   * https://www.rabbitmq.com/docs/memory
   *
   * @default - requests 100m CPU and 512Mi memory, limit 1Gi memory
   */
  readonly resources?: ContainerResources;

  /**
   * The resource requests and limits of the init container `broker-init`, which writes the users before a node starts.
   * No request may exceed its limit. Set them if a ResourceQuota or a LimitRange of the namespace refuses the default.
   *
   * A limit of ephemeral storage can evict the pod because of what the node writes, unless `resources` has one too.
   *
   * @default - requests of 10m CPU and 48Mi memory, a memory limit of 256Mi
   */
  readonly initResources?: ContainerResources;

  /**
   * The resource requests and limits of the Job that creates the credentials. No request may exceed its limit.
   *
   * @default - requests of 10m CPU and 48Mi memory, a memory limit of 256Mi
   */
  readonly credentialsResources?: ContainerResources;

  /**
   * The PriorityClass of the broker's pods, and of the Job that creates its credentials. A change restarts the nodes,
   * one after the other. https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
   *
   * @default - the default class of the cluster, if it has one
   */
  readonly priorityClassName?: string;

  /**
   * How the broker's nodes are spread over the nodes or zones of the cluster. Each label of the cluster's nodes may
   * occur once. A list that you give replaces the default. A change restarts the nodes, one after the other.
   *
   * @default - with several nodes, over nodes and zones, if the cluster has enough of them; otherwise none
   */
  readonly topologySpread?: TopologySpread[];

  /**
   * Additional settings for `rabbitmq.conf`, by key. They override those of this package, which the guide lists. The
   * order in which they are given means nothing: the file has them sorted by key.
   *
   * `listeners.*`, `definitions.*`, `load_definitions` and `cluster_formation.*` are not accepted, because other
   * objects of the broker depend on them. `max_message_size` is in bytes, without a unit. Its maximum is 512 MiB.
   * https://www.rabbitmq.com/docs/configure
   *
   * @default - none
   */
  readonly config?: { readonly [key: string]: string };

  /**
   * Serve AMQP over TLS with this certificate, on port 5671. Seeders and couriers then use TLS, and verify the
   * certificate and its name.
   *
   * @default - no TLS
   */
  readonly tls?: Tls;

  /**
   * Serve AMQP without TLS, on port 5672.
   *
   * @default - true without `tls`, false with it
   */
  readonly plaintext?: boolean;

  /**
   * Whether NetworkPolicies close the broker to everything but its clients, let the pods of workers reach only the
   * broker and DNS, and let nothing reach the pods of seeders and workers. If the program of a worker needs more, use
   * the worker's property of the same name.
   *
   * @default Network.RESTRICTED
   */
  readonly network?: Network;

  /**
   * Other namespaces whose pods may reach the broker. The pods must carry the broker's `clientLabels`.
   *
   * @default - none
   */
  readonly clientNamespaces?: string[];

  /**
   * Serve metrics for Prometheus, on port 15692 of each node, and annotate the pods with `prometheus.io/scrape`,
   * `prometheus.io/port` and `prometheus.io/path`. https://www.rabbitmq.com/docs/prometheus
   *
   * @default false
   */
  readonly metrics?: boolean;

  /**
   * Create a PodMonitor, which tells the Prometheus operator where the metrics are. Requires `metrics`. The operator
   * must be installed in the cluster.
   * https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
   *
   * @default false
   */
  readonly podMonitor?: boolean;
}
