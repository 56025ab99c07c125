import type { Size } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-28';
import type { IConstruct } from 'constructs';
import type { Trust } from './trust';

/** How pods reach a broker. */
export interface BrokerConnection {
  /**
   * The broker's address without credentials: `amqp://HOST:PORT/VIRTUAL-HOST`, or `amqps://…` for TLS. An empty virtual
   * host means `/`. If the host has several addresses, they must belong to nodes of one broker; clients use one that
   * answers. `$(BROKER_HOST)` and `$(BROKER_PORT)` stand for the values that the Secret has under `hostKey` and
   * `portKey`. https://www.rabbitmq.com/docs/uri-spec
   */
  readonly url: string;

  /**
   * How many nodes the broker has, if the host has an address for each of them. Before a seeder declares the queues, it
   * waits for up to 2 minutes until all of them accept connections. A stream, such as the ledger, gets copies only on the
   * nodes that have joined the others when it is declared (seen on RabbitMQ 4.3.6).
   * https://www.rabbitmq.com/docs/streams
   *
   * @default 1
   */
  readonly nodes?: number;

  /** The Secret with the user's name and password. A pod can only use a Secret of its own namespace. */
  readonly credentials: ISecret;

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
   * The key of the broker's host in the Secret, if `url` contains `$(BROKER_HOST)` instead of the host.
   *
   * @default - `url` contains the host
   */
  readonly hostKey?: string;

  /**
   * The key of the broker's port in the Secret, if `url` contains `$(BROKER_PORT)` instead of the port.
   *
   * @default - `url` contains the port
   */
  readonly portKey?: string;

  /**
   * The certificate authorities from which clients accept the broker's certificate. They apply only with TLS.
   *
   * @default Trust.publicAuthorities()
   */
  readonly trust?: Trust;

  /**
   * The name for which the broker's certificate must be valid.
   *
   * @default - the host
   */
  readonly serverName?: string;
}

/** A RabbitMQ broker that can hold work queues. */
export interface IBroker extends IConstruct {
  /** How pods reach the broker. */
  readonly connection: BrokerConnection;

  /**
   * The namespace of the broker's Secret. Everything that uses the broker must be in the same namespace.
   *
   * @default - the manifest names no namespace, and `kubectl` decides
   */
  readonly namespace?: string;

  /**
   * Labels of the pods that the broker's NetworkPolicy admits. Seeders and workers of this package always carry them.
   *
   * @default - pods need no labels
   */
  readonly clientLabels?: { readonly [key: string]: string };

  /**
   * The largest message that the broker accepts, RabbitMQ's `max_message_size`. No work item may be larger.
   *
   * @default - 16 MiB, the default of RabbitMQ 4
   */
  readonly maxMessageSize?: Size;
}
