/** The names of the containers, which the Job's `podFailurePolicy` refers to. */
export const ContainerName = {
  WORKER: 'worker',
  COURIER: 'courier',
  SEEDER: 'seeder',
  CREDENTIALS: 'credentials',
  BROKER_INIT: 'broker-init',
  RABBITMQ: 'rabbitmq',
} as const;
