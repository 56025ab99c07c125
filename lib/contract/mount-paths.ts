/** The paths in the containers that the constructs mount or refer to. */
export const MountPath = {
  /** The programs of this package, `shim.sh` and `runner.sh`, from a ConfigMap. */
  PROGRAMS: '/opt/work-queue/programs',
  /** The user's script of `Program.script`, from a ConfigMap. */
  SCRIPT: '/opt/work-queue/script',
  /** The item ConfigMaps of a seeder, projected into one folder. */
  ITEMS: '/opt/work-queue/items',
  /** The broker's credentials, from a Secret. */
  CREDENTIALS: '/opt/work-queue/credentials',
  /** The certificates of authorities, from a Secret or a ConfigMap. */
  AUTHORITIES: '/opt/work-queue/authorities',
  /** The token of a pod that uses the Kubernetes API. The kubelet mounts it. */
  SERVICE_ACCOUNT: '/var/run/secrets/kubernetes.io/serviceaccount',
  /** The administrator's Secret, in the init container of a RabbitMQ node. */
  ADMIN_SECRET: '/opt/work-queue/admin',
  /** The home folder of the RabbitMQ server. It is a volume in memory, for the files that must not be kept on disk. */
  RABBITMQ_HOME: '/var/lib/rabbitmq',
  /** The data of the RabbitMQ server, on the node's volume. */
  RABBITMQ_DATA: '/var/lib/rabbitmq/mnesia',
  /** The shared volume of courier and worker, in memory. */
  SHARED_VOLUME: '/run/work-queue',
  /** The default `terminationMessagePath` of Kubernetes. */
  TERMINATION_LOG: '/dev/termination-log',
} as const;
