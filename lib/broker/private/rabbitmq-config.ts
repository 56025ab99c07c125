import { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { RabbitMQFile } from '../../contract/broker-secrets';
import { DEFAULT_MESSAGE_BYTES } from '../../contract/limits';
import { MountPath } from '../../contract/mount-paths';
import { byName } from '../../manifest/by-name';
import { LazyConfigMap } from '../../manifest/config-map';
import { pathLabel } from '../../manifest/path-label';
import type { Check } from '../../validation/check';
import { Port } from './broker-ports';
import { CertificateKey } from './certificate-keys';

/** The files of the server's configuration, which are in one ConfigMap. */
export const ConfigFile = {
  /** The image's settings are in the same folder. RabbitMQ reads this file after them, so this file overrides them. */
  SETTINGS: '90-work-queue.conf',
  PLUGINS: 'enabled_plugins',
} as const;

/** The folder of the certificate, its key and the authorities. */
export const CERTIFICATE_FOLDER = '/etc/rabbitmq/certificate';

/**
 * When RabbitMQ uses more than this share of the memory limit, it accepts no messages. By default, RabbitMQ applies the
 * same share to the memory that it finds.
 */
export const MEMORY_SHARE = 0.6;

/**
 * When less than this share of the volume is free, RabbitMQ accepts no messages. On the default volume, this is space
 * for three write-ahead logs.
 */
export const FREE_DISK_SHARE = 0.2;

/** Instead of 512 MB, so that the write-ahead log of quorum queues fits into the default volume and memory. */
export const WAL_BYTES = 64_000_000;

/** The setting for the largest message. */
const MESSAGE_SIZE = 'max_message_size';

/**
 * With a larger value, the server does not start.
 * https://github.com/rabbitmq/rabbitmq-server/blob/main/deps/rabbit/priv/schema/rabbit.schema
 */
const MAX_MESSAGE_BYTES = 512 * 2 ** 20;

const USERS_HINT = 'Set the user with credentials, and create other users with rabbitmqctl.';

/**
 * Services, probes and the container that prepares a node depend on these settings. For the first part of each key,
 * this is the hint what to use instead.
 */
const RESERVED: Readonly<Record<string, string>> = {
  listeners: 'Set the ports with tls and plaintext.',
  definitions: USERS_HINT,
  load_definitions: USERS_HINT,
  cluster_formation: 'Set the number of nodes with replicas.',
};

/** Without these settings, RabbitMQ also accepts TLS 1.0 and 1.1. https://www.rabbitmq.com/docs/ssl#tls-versions */
const TLS_VERSIONS = { 'ssl_options.versions.1': 'tlsv1.3', 'ssl_options.versions.2': 'tlsv1.2' } as const;

/** RabbitMQ's default. */
const FRAME_BYTES = 128 * 2 ** 10;

/**
 * A node that has not found the first node after these tries continues alone, and then there are two brokers. With one
 * try a second, the startup probe ends the node before.
 */
const DISCOVERY_TRIES = 3600;

export interface RabbitMQSettings {
  readonly replicas: number;
  /** The memory limit. If it is undefined, RabbitMQ uses the memory of the machine. */
  readonly memoryBytes: number | undefined;
  readonly storageBytes: number;
  readonly plaintext: boolean;
  readonly tls: boolean;
  readonly metrics: boolean;
  readonly consumerTimeoutSeconds: () => number;
  /** The user's settings, which override all others. */
  readonly config: { readonly [key: string]: string };
}

/** Checks the user's settings. Returns the size of the largest message. */
export function requireSettings(check: Check, config: RabbitMQSettings['config']): Size {
  for (const [key, value] of Object.entries(config)) {
    check.setting('config', key, value);
    const [first] = key.split('.');
    if (Object.hasOwn(RESERVED, first)) {
      const settings = key === first ? key : `${first}.*`;
      const rule = `cannot be set here, because other objects of the broker depend on ${settings}`;
      throw check.conflict('config', JSON.stringify({ [key]: value }), rule, RESERVED[first]);
    }
  }
  const bytes = config[MESSAGE_SIZE] ?? String(DEFAULT_MESSAGE_BYTES);
  return Size.kibibytes(check.bytes('config', MESSAGE_SIZE, bytes, MAX_MESSAGE_BYTES) / 1024);
}

/**
 * `rabbitmq.conf` and the plugins, in a ConfigMap whose name changes with them, so that a change restarts the broker.
 */
export function rabbitMQConfig(broker: Construct, settings: RabbitMQSettings): LazyConfigMap {
  return new LazyConfigMap(broker, 'Config', `${pathLabel(broker)}-config`, () => ({
    [ConfigFile.SETTINGS]: Buffer.from(lines(settings)),
    [ConfigFile.PLUGINS]: Buffer.from(`[${plugins(settings).join(', ')}].\n`),
  }));
}

function lines(settings: RabbitMQSettings): string {
  const { replicas, memoryBytes, storageBytes, config } = settings;
  const all: Record<string, string | number> = {
    'definitions.import_backend': 'local_filesystem',
    'definitions.local.path': `${MountPath.RABBITMQ_HOME}/${RabbitMQFile.DEFINITIONS}`,
    // Without AMQPLAIN, which is an older form of the same.
    ...(!isConfigured(config, 'auth_mechanisms') && { 'auth_mechanisms.1': 'PLAIN' }),
    ...listeners(settings),
    ...(settings.tls && !isConfigured(config, 'ssl_options.versions') && TLS_VERSIONS),
    ...(memoryBytes &&
      !isConfigured(config, 'vm_memory_high_watermark') && {
        'vm_memory_high_watermark.absolute': Math.floor(memoryBytes * MEMORY_SHARE),
      }),
    ...(!isConfigured(config, 'disk_free_limit') && {
      'disk_free_limit.absolute': Math.floor(storageBytes * FREE_DISK_SHARE),
    }),
    [MESSAGE_SIZE]: DEFAULT_MESSAGE_BYTES,
    frame_max: FRAME_BYTES,
    consumer_timeout: settings.consumerTimeoutSeconds() * 1000,
    'raft.wal_max_size_bytes': WAL_BYTES,
    ...(replicas > 1 && cluster(replicas)),
  };
  return Object.entries({ ...all, ...Object.fromEntries(byName(config)) })
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

/**
 * Whether the user sets any key of a group. A limit must be set only once, as `absolute` or as `relative`, and a list of
 * the user must not be added to ours.
 */
export function isConfigured(config: RabbitMQSettings['config'], group: string): boolean {
  return Object.keys(config).some((key) => key.startsWith(`${group}.`));
}

function listeners({ plaintext, tls }: RabbitMQSettings): Record<string, string | number> {
  return {
    ...(plaintext ? { 'listeners.tcp.default': Port.AMQP } : { 'listeners.tcp': 'none' }),
    ...(tls && {
      'listeners.ssl.default': Port.AMQPS,
      'ssl_options.cacertfile': `${CERTIFICATE_FOLDER}/${CertificateKey.AUTHORITIES}`,
      'ssl_options.certfile': `${CERTIFICATE_FOLDER}/${CertificateKey.CERTIFICATE}`,
      'ssl_options.keyfile': `${CERTIFICATE_FOLDER}/${CertificateKey.PRIVATE_KEY}`,
      // Clients authenticate with passwords, not with certificates.
      'ssl_options.verify': 'verify_none',
      'ssl_options.fail_if_no_peer_cert': 'false',
    }),
  };
}

function cluster(replicas: number): Record<string, string | number> {
  return {
    // Every node joins the node with ordinal 0, and does not ask Kubernetes (since RabbitMQ 4.1).
    'cluster_formation.peer_discovery_backend': 'kubernetes',
    'cluster_formation.discovery_retry_limit': DISCOVERY_TRIES,
    'cluster_formation.discovery_retry_interval': 1000,
    // For versions that keep their metadata in Mnesia. The others ignore it.
    cluster_partition_handling: 'pause_minority',
    // A queue that was declared before all nodes existed gets a member on each node.
    'quorum_queue.continuous_membership_reconciliation.enabled': 'true',
    'quorum_queue.continuous_membership_reconciliation.target_group_size': replicas,
    'quorum_queue.continuous_membership_reconciliation.auto_remove': 'false',
    'quorum_queue.continuous_membership_reconciliation.interval': 30_000,
  };
}

/** All plugins that the server enables. This list replaces the image's list, which has others. */
function plugins({ replicas, metrics }: RabbitMQSettings): string[] {
  return [...(replicas > 1 ? ['rabbitmq_peer_discovery_k8s'] : []), ...(metrics ? ['rabbitmq_prometheus'] : [])];
}
