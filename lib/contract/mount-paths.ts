/** The folders that the constructs mount. */
export const MountPath = {
  /** Our programs and `shim.sh`, from a ConfigMap. */
  PROGRAMS: '/opt/work-queue/programs',
  /** The user's script of `Program.script`, from a ConfigMap. */
  SCRIPT: '/opt/work-queue/script',
  /** The item ConfigMaps of a seeder, projected into one folder. */
  ITEMS: '/opt/work-queue/items',
  /** The broker's credentials, from a Secret. */
  CREDENTIALS: '/opt/work-queue/credentials',
  /** The certificates of authorities, from a Secret or a ConfigMap. */
  AUTHORITIES: '/opt/work-queue/authorities',
  /** The administrator's Secret, in the init container of a RabbitMQ node. */
  ADMIN_SECRET: '/opt/work-queue/admin',
  /** The home folder of the RabbitMQ server: a memory volume with what it must not keep on disk. */
  RABBITMQ_HOME: '/var/lib/rabbitmq',
  /** The shared volume, in memory, where worker and courier meet. */
  SHARED_VOLUME: '/run/work-queue',
  /** Kubernetes' default `terminationMessagePath`. */
  TERMINATION_LOG: '/dev/termination-log',
} as const;
