import type { Size } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-28';
import type { IConstruct } from 'constructs';
import type { Trust } from './trust';

/** How pods reach a broker. */
export interface BrokerConnection {
  /**
   * The broker's address without credentials, as `amqp://HOST:PORT/VIRTUAL-HOST`, or `amqps://…` for TLS. An empty virtual
   * host means `/`. Where the host has several addresses they are taken for nodes of one broker, and one that answers is used.
   * `$(BROKER_HOST)` and `$(BROKER_PORT)` in it stand for what the Secret has under `hostKey` and `portKey`.
   * https://www.rabbitmq.com/docs/uri-spec
   */
  readonly url: string;

  /** The Secret with the user's name and password. Pods can only use a Secret of their own namespace. */
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
   * The key of the broker's host in the Secret, where `url` does not name it.
   *
   * @default - `url` has the host
   */
  readonly hostKey?: string;

  /**
   * The key of the broker's port in the Secret, where `url` does not name it.
   *
   * @default - `url` has the port
   */
  readonly portKey?: string;

  /**
   * The authorities that may have signed the broker's certificate, for TLS.
   *
   * @default Trust.publicAuthorities()
   */
  readonly trust?: Trust;

  /**
   * The name that the broker's certificate must be valid for.
   *
   * @default - the host
   */
  readonly serverName?: string;
}

/** A RabbitMQ broker that queues can live on. */
export interface IBroker extends IConstruct {
  /** How pods reach the broker. */
  readonly connection: BrokerConnection;

  /**
   * The namespace of the broker's Secret, and so of all that use the broker.
   *
   * @default - none in the manifest: the namespace that `kubectl` is used with
   */
  readonly namespace?: string;

  /**
   * Labels of the pods that the broker's network policy lets in. Seeders and workers of this package carry them by themselves.
   *
   * @default - none are needed
   */
  readonly clientLabels?: { readonly [key: string]: string };

  /**
   * The largest message that the broker takes, RabbitMQ's `max_message_size`: no work item may be larger.
   *
   * @default - 16 MiB, the default of RabbitMQ 4
   */
  readonly maxMessageSize?: Size;
}
