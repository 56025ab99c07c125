import { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { RabbitMQFile } from '../../contract/broker-secrets';
import { DEFAULT_MESSAGE_BYTES } from '../../contract/limits';
import { MountPath } from '../../contract/mount-paths';
import { LazyConfigMap } from '../../manifest/config-map';
import { pathLabel } from '../../manifest/path-label';
import type { Check } from '../../validation/check';
import { Port } from './broker-ports';

/** The files of the server's configuration, in one ConfigMap. */
export const ConfigFile = {
  /** Read after the image's own settings, which are in the same folder, and so over them. */
  SETTINGS: '90-work-queue.conf',
  PLUGINS: 'enabled_plugins',
} as const;

/** The folder of the certificate, its key and the authorities. */
export const CERTIFICATE_FOLDER = '/etc/rabbitmq/certificate';

/** At this share of the memory limit RabbitMQ takes no messages, as is its default of the memory that it finds. */
const MEMORY_SHARE = 0.6;

/** With less free on the volume RabbitMQ takes no messages: on the default volume room for three write-ahead logs. */
const FREE_DISK_SHARE = 0.2;

/** The setting that says it. */
const MESSAGE_SIZE = 'max_message_size';

/** With more the server does not start. https://github.com/rabbitmq/rabbitmq-server/blob/main/deps/rabbit/priv/schema/rabbit.schema */
const MAX_MESSAGE_BYTES = 512 * 2 ** 20;

const USERS = 'Give the user by credentials, and make others with rabbitmqctl.';

/** Services, probes and the container that prepares a node depend on these: by what comes first in the key, what to use. */
const OWN: Readonly<Record<string, string>> = {
  listeners: 'Say by tls and plaintext which ports there are.',
  definitions: USERS,
  load_definitions: USERS,
  cluster_formation: 'Say by replicas how many nodes there are.',
};

/** RabbitMQ's own limit. */
const FRAME_BYTES = 128 * 2 ** 10;

/**
 * A node that does not find the first one goes on alone when its tries are used up, and then there are two brokers. With one
 * a second, this is longer than the startup probe lets it live.
 */
const DISCOVERY_TRIES = 3600;

export interface RabbitMQSettings {
  readonly replicas: number;
  /** Nothing: no limit, and RabbitMQ finds the memory of the machine. */
  readonly memoryBytes: number | undefined;
  readonly storageBytes: number;
  readonly plaintext: boolean;
  readonly tls: boolean;
  readonly metrics: boolean;
  readonly consumerTimeoutSeconds: () => number;
  /** The user's own, over all others. */
  readonly config: { readonly [key: string]: string };
}

/** The settings of the user, checked. Says how large a message may be. */
export function requireSettings(check: Check, config: RabbitMQSettings['config']): Size {
  for (const [key, value] of Object.entries(config)) {
    check.setting('config', key, value);
    const [first] = key.split('.');
    if (Object.hasOwn(OWN, first)) {
      const which = key === first ? 'a setting' : `a setting of ${first}.*`;
      const rule = `is ${which}, which the objects of the broker depend on`;
      throw check.conflict('config', JSON.stringify({ [key]: value }), rule, OWN[first]);
    }
  }
  const bytes = config[MESSAGE_SIZE] ?? String(DEFAULT_MESSAGE_BYTES);
  return Size.kibibytes(check.bytes('config', MESSAGE_SIZE, bytes, MAX_MESSAGE_BYTES) / 1024);
}

/** `rabbitmq.conf` and the plugins, in a ConfigMap whose name changes with them: so a change restarts the broker. */
export function rabbitMQConfig(broker: Construct, settings: RabbitMQSettings): LazyConfigMap {
  return new LazyConfigMap(broker, 'Config', `${pathLabel(broker)}-config`, () => ({
    [ConfigFile.SETTINGS]: Buffer.from(lines(settings)),
    [ConfigFile.PLUGINS]: Buffer.from(`[${plugins(settings).join(', ')}].\n`),
  }));
}

function lines(settings: RabbitMQSettings): string {
  const { replicas, memoryBytes, storageBytes, config } = settings;
  // A limit is said once: `absolute` or `relative`.
  const isYours = (limit: string) => Object.keys(config).some((key) => key.startsWith(`${limit}.`));
  const all: Record<string, string | number> = {
    'definitions.import_backend': 'local_filesystem',
    'definitions.local.path': `${MountPath.RABBITMQ_HOME}/${RabbitMQFile.DEFINITIONS}`,
    ...listeners(settings),
    ...(memoryBytes &&
      !isYours('vm_memory_high_watermark') && {
        'vm_memory_high_watermark.absolute': Math.floor(memoryBytes * MEMORY_SHARE),
      }),
    ...(!isYours('disk_free_limit') && { 'disk_free_limit.absolute': Math.floor(storageBytes * FREE_DISK_SHARE) }),
    [MESSAGE_SIZE]: DEFAULT_MESSAGE_BYTES,
    frame_max: FRAME_BYTES,
    consumer_timeout: settings.consumerTimeoutSeconds() * 1000,
    // In place of 512 MB, so that the write-ahead log of quorum queues fits the default volume and memory.
    'raft.wal_max_size_bytes': 64_000_000,
    ...(replicas > 1 && cluster(replicas)),
    ...config,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

function listeners({ plaintext, tls }: RabbitMQSettings): Record<string, string | number> {
  return {
    ...(plaintext ? { 'listeners.tcp.default': Port.AMQP } : { 'listeners.tcp': 'none' }),
    ...(tls && {
      'listeners.ssl.default': Port.AMQPS,
      'ssl_options.cacertfile': `${CERTIFICATE_FOLDER}/ca.crt`,
      'ssl_options.certfile': `${CERTIFICATE_FOLDER}/tls.crt`,
      'ssl_options.keyfile': `${CERTIFICATE_FOLDER}/tls.key`,
      // Clients are known by their passwords.
      'ssl_options.verify': 'verify_none',
      'ssl_options.fail_if_no_peer_cert': 'false',
    }),
  };
}

function cluster(replicas: number): Record<string, string | number> {
  return {
    // Every node joins the one of ordinal 0, without asking Kubernetes (from RabbitMQ 4.1 on).
    'cluster_formation.peer_discovery_backend': 'kubernetes',
    'cluster_formation.discovery_retry_limit': DISCOVERY_TRIES,
    'cluster_formation.discovery_retry_interval': 1000,
    // For versions that keep their metadata in Mnesia; the others ignore it.
    cluster_partition_handling: 'pause_minority',
    // A queue that was declared before all nodes were there gets a member on each.
    'quorum_queue.continuous_membership_reconciliation.enabled': 'true',
    'quorum_queue.continuous_membership_reconciliation.target_group_size': replicas,
    'quorum_queue.continuous_membership_reconciliation.auto_remove': 'false',
    'quorum_queue.continuous_membership_reconciliation.interval': 30_000,
  };
}

/** All that are there are named: the image's own file would have others. */
function plugins({ replicas, metrics }: RabbitMQSettings): string[] {
  return [...(replicas > 1 ? ['rabbitmq_peer_discovery_k8s'] : []), ...(metrics ? ['rabbitmq_prometheus'] : [])];
}
