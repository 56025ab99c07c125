import type { Size } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-28';
import type { Trust } from './trust';

/** Properties for a RabbitMQ broker that already exists, in this cluster or elsewhere. */
export interface ExistingRabbitMQProps {
  /**
   * The Secret with the credentials, in the chart's namespace. Its user needs permission to configure, write and read
   * the queues whose names begin with those of your seeders. https://www.rabbitmq.com/docs/access-control
   */
  readonly secret: ISecret;

  /**
   * The broker's host name or address, without scheme and port. For a Service of the same namespace, this is the
   * Service's name; for one of another namespace, it is `SERVICE.NAMESPACE.svc`.
   *
   * @default - the value that the Secret has under `hostKey`
   */
  readonly host?: string;

  /**
   * How many nodes the broker has, at least 1, if the host has an address for each of them, as a headless Service does.
   * It matters only for a broker that starts together with the run: before a seeder declares the queues, it waits for
   * up to 2 minutes until all nodes accept connections, because the ledger gets copies only on the nodes that have
   * joined by then. https://www.rabbitmq.com/docs/streams
   *
   * @default 1
   */
  readonly nodes?: number;

  /**
   * The broker's port for AMQP 0-9-1, from 1 to 65535.
   *
   * @default - with `host`, 5672, or 5671 with TLS; without `host`, the value that the Secret has under `portKey`
   */
  readonly port?: number;

  /**
   * The name of the virtual host, which must exist. Write slashes and spaces as they are, without escapes.
   * https://www.rabbitmq.com/docs/vhosts
   *
   * @default '/'
   */
  readonly virtualHost?: string;

  /**
   * The key of the user's name in the Secret.
   *
   * @default 'username'
   */
  readonly usernameKey?: string;

  /**
   * The key of the password in the Secret.
   *
   * @default 'password'
   */
  readonly passwordKey?: string;

  /**
   * The key of the host in the Secret. It is not used if `host` is given.
   *
   * @default 'host'
   */
  readonly hostKey?: string;

  /**
   * The key of the port in the Secret. It is not used if `host` or `port` is given.
   *
   * @default 'port'
   */
  readonly portKey?: string;

  /**
   * Connect with TLS, and accept the broker's certificate if one of these authorities has signed it.
   *
   * @default - no TLS
   */
  readonly tls?: Trust;

  /**
   * The name for which the broker's certificate must be valid.
   *
   * @default - the host
   */
  readonly serverName?: string;

  /**
   * Labels that a NetworkPolicy of the broker requires of its clients' pods, such as `RabbitMQ.clientLabels` of another
   * chart.
   *
   * @default - none
   */
  readonly clientLabels?: { readonly [key: string]: string };

  /**
   * The largest message that the broker accepts, its `max_message_size`. No work item may be larger.
   * https://www.rabbitmq.com/docs/configure
   *
   * @default - 16 MiB, the default of RabbitMQ 4
   */
  readonly maxMessageSize?: Size;
}

/** Options for a broker that RabbitMQ's Cluster Operator manages. */
export interface ClusterOperatorOptions {
  /**
   * The name of the virtual host, which must exist. Write slashes and spaces as they are, without escapes.
   *
   * @default '/'
   */
  readonly virtualHost?: string;

  /**
   * Connect with TLS, and accept the broker's certificate if one of these authorities has signed it.
   *
   * @default - no TLS
   */
  readonly tls?: Trust;

  /**
   * The largest message that the broker accepts, its `max_message_size`. No work item may be larger.
   * https://www.rabbitmq.com/docs/configure
   *
   * @default - 16 MiB, the default of RabbitMQ 4
   */
  readonly maxMessageSize?: Size;
}
