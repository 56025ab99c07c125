/** The names of the containers. The Job's `podFailurePolicy` refers to them. */
export const ContainerName = {
  WORKER: 'worker',
  COURIER: 'courier',
  SEEDER: 'seeder',
  CREDENTIALS: 'credentials',
  BROKER_INIT: 'broker-init',
  RABBITMQ: 'rabbitmq',
} as const;
