import { Duration, Size } from 'cdk8s';
import {
  Container,
  type ContainerProps,
  type ContainerResources,
  EmptyDirMedium,
  EnvFieldPaths,
  EnvValue,
  Handler,
  type ISecret,
  type k8s,
  Probe,
  Volume,
} from 'cdk8s-plus-28';
import { ContainerName } from '../../contract/containers';
import { EnvName } from '../../contract/environment';
import { MountPath } from '../../contract/mount-paths';
import type { LazyConfigMap } from '../../manifest/config-map';
import { exactSizes } from '../../manifest/exact-sizes';
import { lazy } from '../../manifest/lazy';
import { programContainer, stableProgramsVolume } from '../../manifest/program-container';
import { pullPolicy } from '../../manifest/pull-policy';
import { RESTRICTED } from '../../manifest/restricted';
import type { IBroker } from '../broker';
import { credentialsVolume } from '../broker-client';
import { amqpPorts, Port } from './broker-ports';
import { METRICS_PATH, METRICS_PORT } from './pod-monitor';
import { CERTIFICATE_FOLDER, ConfigFile } from './rabbitmq-config';

/** The name of the volume claim in the StatefulSet. */
export const DATA_VOLUME = 'data';

/** The user and group `rabbitmq` of the public image. */
const RABBITMQ_USER = 999;

const CONFIG_VOLUME = 'config';

/** Enough for two small files, and for a few more that the command line tools leave behind. */
const HOME_SIZE = Size.mebibytes(32);

/** How long a node that has to stop waits for the others, so that every queue keeps a majority without it. */
const QUORUM_WAIT_SECONDS = 120;

/** How long a node that has to stop may take to find itself by its name. */
const PING_SECONDS = 30;

/** How long a node may take to close its files, after everything that it waits for. */
const STOP_SECONDS = 120;

export interface RabbitMQPodOptions {
  readonly broker: IBroker;
  readonly admin: ISecret;
  readonly certificate: ISecret | undefined;
  readonly config: LazyConfigMap;
  readonly dockerRegistryAuth: ISecret | undefined;
  readonly image: () => string;
  readonly metrics: boolean;
  /** The name of the headless Service. */
  readonly nodes: string;
  readonly plaintext: boolean;
  readonly replicas: number;
  readonly resources: ContainerResources;
  /** The resources of the init container. */
  readonly initResources: ContainerResources | undefined;
}

export function rabbitMQPod(options: RabbitMQPodOptions): k8s.PodSpec {
  const { broker, admin, certificate, config, dockerRegistryAuth, replicas } = options;
  const credentials = credentialsVolume(broker, broker);
  const adminVolume = Volume.fromSecret(broker, 'AdminVolume', admin, { name: 'admin' });
  // In memory, because it holds passwords. It is the home folder, because Erlang reads its cookie there.
  const home = Volume.fromEmptyDir(broker, 'Home', 'home', { medium: EmptyDirMedium.MEMORY, sizeLimit: HOME_SIZE });
  const secret = (path: string, volume: Volume) => ({ path, volume, readOnly: true });
  const variables = {
    [EnvName.BROKER_CREDENTIALS_DIR]: MountPath.CREDENTIALS,
    [EnvName.ADMIN_SECRET_DIR]: MountPath.ADMIN_SECRET,
    [EnvName.RABBITMQ_HOME]: MountPath.RABBITMQ_HOME,
    [EnvName.RABBITMQ_DATA]: MountPath.RABBITMQ_DATA,
  };
  const programs = stableProgramsVolume(broker, 'broker-init', variables);
  const init = programContainer(broker, {
    name: ContainerName.BROKER_INIT,
    program: 'broker-init',
    programs,
    env: Object.fromEntries(Object.entries(variables).map(([name, path]) => [name, EnvValue.fromValue(path)])),
    volumeMounts: [
      secret(MountPath.CREDENTIALS, credentials),
      secret(MountPath.ADMIN_SECRET, adminVolume),
      { path: MountPath.RABBITMQ_HOME, volume: home },
    ],
    resources: options.initResources,
    // Erlang requires that the cookie belongs to the server's user.
    user: RABBITMQ_USER,
  });
  const certificateVolume =
    certificate && Volume.fromSecret(broker, 'CertificateVolume', certificate, { name: 'certificate' });
  const volumes = [programs, credentials, adminVolume, home, ...(certificateVolume ? [certificateVolume] : [])];
  const data: k8s.VolumeMount = { name: DATA_VOLUME, mountPath: MountPath.RABBITMQ_DATA };
  const initContainer = new Container(init)._toKube();
  const mounts: k8s.VolumeMount[] = [
    { name: home.name, mountPath: MountPath.RABBITMQ_HOME },
    data,
    configMount(`/etc/rabbitmq/conf.d/${ConfigFile.SETTINGS}`, ConfigFile.SETTINGS),
    configMount(`/etc/rabbitmq/${ConfigFile.PLUGINS}`, ConfigFile.PLUGINS),
    ...(certificateVolume ? [{ name: certificateVolume.name, mountPath: CERTIFICATE_FOLDER, readOnly: true }] : []),
  ];
  return {
    automountServiceAccountToken: false,
    // The server would read the variables of a Service, such as RABBITMQ_PORT, as its settings.
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: RABBITMQ_USER,
      runAsGroup: RABBITMQ_USER,
      fsGroup: RABBITMQ_USER,
      fsGroupChangePolicy: 'OnRootMismatch',
    },
    imagePullSecrets: dockerRegistryAuth && [{ name: dockerRegistryAuth.name }],
    terminationGracePeriodSeconds: STOP_SECONDS + (replicas > 1 ? QUORUM_WAIT_SECONDS : 0),
    // For the record of the users that the node has created.
    initContainers: [{ ...initContainer, volumeMounts: [...(initContainer.volumeMounts ?? []), data] }],
    containers: [{ ...new Container(server(options))._toKube(), volumeMounts: mounts }],
    volumes: [
      { name: CONFIG_VOLUME, configMap: { name: lazy(() => config.currentName) } },
      ...volumes.map((volume) => volume._toKube()),
    ],
  };
}

function configMount(mountPath: string, subPath: string): k8s.VolumeMount {
  return { name: CONFIG_VOLUME, mountPath, subPath, readOnly: true };
}

/** The annotations that the usual configuration of Prometheus for Kubernetes reads. */
export const SCRAPE = {
  'prometheus.io/scrape': 'true',
  'prometheus.io/port': String(Port.METRICS),
  'prometheus.io/path': METRICS_PATH,
};

/**
 * The server has no liveness probe, like that of RabbitMQ's cluster operator: a restart makes it worse for a node that
 * is slow or waits for others. https://www.rabbitmq.com/docs/monitoring#health-checks
 */
function server(options: RabbitMQPodOptions): ContainerProps {
  const { image, metrics, nodes, plaintext, replicas, resources } = options;
  const ports = [
    ...amqpPorts({ plaintext, tls: options.certificate !== undefined }),
    ...(metrics ? [{ number: Port.METRICS, name: METRICS_PORT }] : []),
  ];
  const [{ number: port }] = ports;
  return {
    name: ContainerName.RABBITMQ,
    image: lazy(image),
    imagePullPolicy: lazy(() => pullPolicy(image())),
    ports,
    envVariables: {
      [EnvName.POD_NAME]: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME),
      // A name with a dot is a long name. It needs no namespace, because a pod's DNS searches the pod's namespace.
      RABBITMQ_NODENAME: EnvValue.fromValue(`rabbit@$(${EnvName.POD_NAME}).${nodes}`),
      RABBITMQ_USE_LONGNAME: EnvValue.fromValue('true'),
      HOME: EnvValue.fromValue(MountPath.RABBITMQ_HOME),
    },
    // Ten minutes, because the recovery of many messages takes time.
    startup: Probe.fromTcpSocket({ port, periodSeconds: Duration.seconds(2), failureThreshold: 300 }),
    // Not often, because each command takes half a second of processor time.
    readiness: Probe.fromCommand(shell(servesWithoutAlarm(port)), {
      periodSeconds: Duration.seconds(30),
      timeoutSeconds: Duration.seconds(20),
      failureThreshold: 2,
    }),
    lifecycle: { preStop: Handler.fromCommand(shell(beforeStop(replicas))) },
    resources: exactSizes(resources),
    securityContext: { ...RESTRICTED, user: RABBITMQ_USER, group: RABBITMQ_USER, readOnlyRootFilesystem: false },
  };
}

/**
 * A script that succeeds if this node serves and has no alarm. It ignores the other nodes, because otherwise nodes that
 * start together would wait for each other. `check_local_alarms` would be simpler, but on RabbitMQ 4.3.6 with long
 * names it finds no alarm, whatever `alarms` reports.
 */
function servesWithoutAlarm(port: number): string {
  return [
    `rabbitmq-diagnostics -q check_port_listener ${port}`,
    'alarms=$(rabbitmq-diagnostics -q alarms)',
    'case $alarms in *" alarm on node $RABBITMQ_NODENAME"*) echo "$alarms"; exit 1 ;; esac',
  ].join(' && ');
}

function shell(script: string): string[] {
  return ['sh', '-c', script];
}

/**
 * The script that a node runs before it stops.
 *
 * First, the node enables all feature flags. The image of the next start may contain a newer RabbitMQ, which refuses
 * the data of an older one unless all flags are enabled. Up to 4.1, `all` omits Khepri, because there it is opt-in.
 * https://www.rabbitmq.com/docs/feature-flags
 *
 * Then, if there are several nodes, the node waits until no queue would lose its majority without it, and transfers its
 * leaders and clients to the others. https://www.rabbitmq.com/docs/upgrade#maintenance-mode
 *
 * If all objects of a chart are deleted, the Service goes before the pod, and the names of the nodes with it. The command
 * line tools would then wait until the grace period is over (seen on 4.3.6).
 */
function beforeStop(replicas: number): string {
  const khepri = (option: string) => `rabbitmqctl -q enable_feature_flag ${option} khepri_db`;
  const steps = ['rabbitmqctl -q enable_feature_flag all', `${khepri('--opt-in')} || ${khepri('--experimental')}`];
  if (replicas > 1) {
    steps.push(
      `rabbitmq-upgrade -q -t ${QUORUM_WAIT_SECONDS} await_online_quorum_plus_one`,
      'rabbitmq-upgrade -q drain',
    );
  }
  // No failed step may keep a node from stopping.
  return `timeout ${PING_SECONDS} rabbitmq-diagnostics -q ping >/dev/null 2>&1 && { ${steps.join('; ')}; } >/dev/null 2>&1; true`;
}
