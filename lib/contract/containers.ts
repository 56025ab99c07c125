/** The names of the containers, which the Job's `podFailurePolicy` refers to. */
export const Container = {
  WORKER: 'worker',
  COURIER: 'courier',
  SEEDER: 'seeder',
  CREDENTIALS: 'credentials',
  PREPARE: 'prepare',
  RABBITMQ: 'rabbitmq',
} as const;
