import { Duration } from 'cdk8s';
import { Container, type ContainerResources, EnvValue, type k8s, Probe } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { IBroker } from '../broker';
import { ContentConfigMap } from './config-map';
import { lazy } from './lazy';
import { pathLabel } from './path-label';
import { pullPolicy } from './pull-policy';
import { RESTRICTED } from './restricted';

/** The port of AMQP 0-9-1. */
export const AMQP = 5672;

/** The name of the volume claim in the StatefulSet. */
export const DATA_VOLUME = 'data';

/** The user and group `rabbitmq` of the public image. */
const RABBITMQ_USER = 999;

/** Read after the image's own settings, which are in the same folder, and so over them. */
const CONFIG_FILE = '90-work-queue.conf';

export interface RabbitMQPodOptions {
  readonly broker: IBroker;
  readonly config: ContentConfigMap;
  readonly image: () => string;
  readonly labels: Record<string, string>;
  readonly resources: ContainerResources;
}

/** `rabbitmq.conf`, in a ConfigMap whose name changes with it: so a change restarts the broker. */
export function rabbitMQConfig(broker: Construct, settings: { readonly [key: string]: string }): ContentConfigMap {
  const all = { 'raft.wal_max_size_bytes': '64000000', ...settings };
  const lines = Object.entries(all).map(([key, value]) => `${key} = ${value}\n`);
  return new ContentConfigMap(broker, 'Config', `${pathLabel(broker)}-config`, {
    [CONFIG_FILE]: Buffer.from(lines.join('')),
  });
}

export function rabbitMQPod(options: RabbitMQPodOptions): k8s.PodTemplateSpec {
  const container = server(options)._toKube();
  return {
    metadata: { labels: options.labels },
    spec: {
      automountServiceAccountToken: false,
      // Variables such as RABBITMQ_PORT, made for a Service of that name, would be taken for the server's own settings.
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: RABBITMQ_USER,
        runAsGroup: RABBITMQ_USER,
        fsGroup: RABBITMQ_USER,
        fsGroupChangePolicy: 'OnRootMismatch',
      },
      terminationGracePeriodSeconds: 120,
      containers: [
        {
          ...container,
          volumeMounts: [
            // Not its parent: the Erlang cookie is there, and Erlang refuses one that fsGroup has opened to the group.
            { name: DATA_VOLUME, mountPath: '/var/lib/rabbitmq/mnesia' },
            { name: 'config', mountPath: `/etc/rabbitmq/conf.d/${CONFIG_FILE}`, subPath: CONFIG_FILE, readOnly: true },
          ],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: options.config.name } }],
    },
  };
}

/**
 * No liveness probe, as in RabbitMQ's own cluster operator: a node that is slow, or waits for others, is made worse by a
 * restart. And no command as a probe: `rabbitmq-diagnostics` starts an Erlang machine each time.
 * https://www.rabbitmq.com/docs/monitoring#health-checks
 */
function server(options: RabbitMQPodOptions): Container {
  const { credentials } = options.broker.connection;
  return new Container({
    name: 'rabbitmq',
    image: lazy(options.image),
    imagePullPolicy: lazy(() => pullPolicy(options.image())),
    ports: [{ number: AMQP, name: 'amqp' }],
    envVariables: {
      RABBITMQ_DEFAULT_USER: credentials.envValue('username'),
      RABBITMQ_DEFAULT_PASS: credentials.envValue('password'),
      // The server looks for its Erlang cookie there.
      HOME: EnvValue.fromValue('/var/lib/rabbitmq'),
    },
    // Ten minutes: recovery of many messages takes time.
    startup: Probe.fromTcpSocket({ port: AMQP, periodSeconds: Duration.seconds(2), failureThreshold: 300 }),
    readiness: Probe.fromTcpSocket({
      port: AMQP,
      periodSeconds: Duration.seconds(10),
      timeoutSeconds: Duration.seconds(5),
    }),
    resources: options.resources,
    securityContext: { ...RESTRICTED, user: RABBITMQ_USER, group: RABBITMQ_USER, readOnlyRootFilesystem: false },
  });
}
