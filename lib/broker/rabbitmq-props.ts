import type { Size } from 'cdk8s';
import type { ContainerResources, ISecret } from 'cdk8s-plus-28';
import type { Network } from './network';
import type { Tls } from './tls';

/** Properties for a RabbitMQ broker. */
export interface RabbitMQProps {
  /**
   * The name of the Service with a virtual IP address, for clients of any kind; it leads to nodes that are ready.
   *
   * @default - a name that cdk8s generates from the construct's path
   */
  readonly serviceName?: string;

  /**
   * How many nodes the broker has: 1, 3 or 5. Several form a RabbitMQ cluster, in which each quorum queue has a member on
   * every node, and goes on while a majority of them is there. It needs RabbitMQ 4.1 or later. It may grow; it must not
   * become smaller, which RabbitMQ does not do by itself. https://www.rabbitmq.com/docs/clustering
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * A Secret with the keys `username` and `password`, for seeders and couriers. Its user gets rights on the queues of this
   * package alone. The server takes it up at each start: see the guide on how to change the password.
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
   * A Secret of the type `kubernetes.io/dockerconfigjson` to pull the images of the broker with: its own, and the node image
   * that prepares it and makes its credentials. In the chart's namespace. Seeders and workers have a property of the same name.
   * https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
   *
   * @default - none
   */
  readonly dockerRegistryAuth?: ISecret;

  /**
   * The size of the volume that keeps the queues, of each node, at least 512 MiB. With less than a fifth of it free, RabbitMQ
   * takes no messages. It cannot be changed once the broker is in a cluster: Kubernetes does not let the claims of a
   * StatefulSet change. https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations
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
   * What the container of a node asks for and may use; a memory limit of at least 256 MiB, and no request over its
   * limit. RabbitMQ takes no messages while it uses more than 60 % of the memory limit. https://www.rabbitmq.com/docs/memory
   *
   * @default - requests 100m CPU and 512Mi memory, limit 1Gi memory
   */
  readonly resources?: ContainerResources;

  /**
   * Further settings for `rabbitmq.conf`, by their key; over those of this package, which are listed in the guide. Not
   * `listeners.*`, `definitions.*`, `load_definitions` and `cluster_formation.*`, which the other objects of the broker
   * depend on; `max_message_size` in bytes, without a unit, at most 512 MiB. https://www.rabbitmq.com/docs/configure
   *
   * @default - none
   */
  readonly config?: { readonly [key: string]: string };

  /**
   * Serve AMQP over TLS, on port 5671, with this certificate. Seeders and couriers then use it, and verify the certificate
   * and its name.
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
   * Whether NetworkPolicies close the broker to all but its clients, and the pods of seeders and workers to all but DNS and
   * the broker. A worker whose program needs more has a property of the same name.
   *
   * @default Network.RESTRICTED
   */
  readonly network?: Network;

  /**
   * Other namespaces whose pods may reach the broker, if they carry its `clientLabels`.
   *
   * @default - none
   */
  readonly clientNamespaces?: string[];

  /**
   * Serve metrics for Prometheus, on port 15692 of each node, and annotate the pods with `prometheus.io/scrape`, `port` and
   * `path`. https://www.rabbitmq.com/docs/prometheus
   *
   * @default false
   */
  readonly metrics?: boolean;

  /**
   * Make a PodMonitor, which tells the Prometheus operator of the metrics. The operator must be in the cluster.
   * https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
   *
   * @default false
   */
  readonly podMonitor?: boolean;
}
