import type { Size } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-28';
import type { Trust } from './trust';

/** Where a RabbitMQ broker is that runs already, in this cluster or elsewhere. */
export interface ExistingRabbitMQProps {
  /**
   * The Secret with the credentials, in the namespace of the chart. Its user needs to configure, write and read the queues
   * that begin with the names of your seeders. https://www.rabbitmq.com/docs/access-control
   */
  readonly secret: ISecret;

  /**
   * The broker's host name or address, without scheme and port: a Service of the same namespace by its name, one of another
   * namespace as `SERVICE.NAMESPACE.svc`.
   *
   * @default - what the Secret has under `hostKey`
   */
  readonly host?: string;

  /**
   * The broker's port for AMQP 0-9-1, from 1 to 65535.
   *
   * @default - where `host` is given 5672, or 5671 with TLS, else what the Secret has under `portKey`
   */
  readonly port?: number;

  /**
   * The virtual host, by its name as it is: slashes and spaces need no escape. It must be there.
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
   * The key of the host in the Secret. It is not read where `host` is given.
   *
   * @default 'host'
   */
  readonly hostKey?: string;

  /**
   * The key of the port in the Secret. It is not read where `host` or `port` is given.
   *
   * @default 'port'
   */
  readonly portKey?: string;

  /**
   * Connect by TLS, to a broker whose certificate one of these authorities has signed.
   *
   * @default - no TLS
   */
  readonly tls?: Trust;

  /**
   * The name that the broker's certificate must be valid for.
   *
   * @default - the host
   */
  readonly serverName?: string;

  /**
   * Labels that pods need to be let in by a network policy of the broker, such as `RabbitMQ.clientLabels` of another chart.
   *
   * @default - none
   */
  readonly clientLabels?: { readonly [key: string]: string };

  /**
   * The largest message that the broker takes, its `max_message_size`: no work item may be larger.
   * https://www.rabbitmq.com/docs/configure
   *
   * @default - 16 MiB, the default of RabbitMQ 4
   */
  readonly maxMessageSize?: Size;
}

/** Options for a broker that RabbitMQ's Cluster Operator runs. */
export interface ClusterOperatorOptions {
  /**
   * The virtual host, by its name as it is. It must be there.
   *
   * @default '/'
   */
  readonly virtualHost?: string;

  /**
   * Connect by TLS, to a broker whose certificate one of these authorities has signed.
   *
   * @default - no TLS
   */
  readonly tls?: Trust;

  /**
   * The largest message that the broker takes, its `max_message_size`: no work item may be larger.
   * https://www.rabbitmq.com/docs/configure
   *
   * @default - 16 MiB, the default of RabbitMQ 4
   */
  readonly maxMessageSize?: Size;
}
