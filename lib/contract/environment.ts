/** The environment that the constructs give and the programs read. */
export const EnvName = {
  /** `amqp://host:port/virtual-host`, or `amqps://…` for TLS, without credentials. */
  BROKER_URL: 'BROKER_URL',
  /** For `$(BROKER_HOST)` and `$(BROKER_PORT)` in the URL, which Kubernetes expands. The programs do not read them. */
  BROKER_HOST: 'BROKER_HOST',
  BROKER_PORT: 'BROKER_PORT',
  /** The folder with the files {@link CredentialFile}. Files, because they change while a pod runs: variables would not. */
  BROKER_CREDENTIALS_DIR: 'BROKER_CREDENTIALS_DIR',
  /** The certificates of the authorities to trust; without it those that Node.js trusts. */
  BROKER_CA_FILE: 'BROKER_CA_FILE',
  /** The name that the broker's certificate must be valid for, where it is not the host of the URL. */
  BROKER_SERVER_NAME: 'BROKER_SERVER_NAME',
  /** The name of the work queue; the names of its relatedQueues follow from it, see {@link relatedQueues}. */
  QUEUE: 'QUEUE',
  POD_NAME: 'POD_NAME',
  /** `debug` makes a program log each step. Only a user sets it, by a patch; the constructs do not. */
  LOG: 'WORK_QUEUE_LOG',

  // seeder and courier
  ITEM_COUNT: 'ITEM_COUNT',
  /** What each item's header {@link ItemHeader.RUN} says. */
  RUN: 'RUN',

  // the seeder
  ITEMS_DIR: 'ITEMS_DIR',
  /** SHA-256, in hex, of what is in {@link ITEMS_DIR} when it is unpacked: see `readStream` in `item-formula.ts`. */
  ITEMS_DIGEST: 'ITEMS_DIGEST',
  QUEUE_TYPE: 'QUEUE_TYPE',
  CONSUMER_TIMEOUT_SECONDS: 'CONSUMER_TIMEOUT_SECONDS',

  // the courier
  SHARED_VOLUME_DIR: 'SHARED_VOLUME_DIR',
  ITEMS_PER_POD: 'ITEMS_PER_POD',
  MAX_ATTEMPTS: 'MAX_ATTEMPTS',
  ITEM_TIMEOUT_SECONDS: 'ITEM_TIMEOUT_SECONDS',
  TOLERATED_DEAD_LETTERS: 'TOLERATED_DEAD_LETTERS',
  TERMINATION_GRACE_SECONDS: 'TERMINATION_GRACE_SECONDS',
  /** The variable of the program that holds the item; not set where the program has none. */
  ITEM_VARIABLE: 'ITEM_VARIABLE',
  /** Where the item stands in the program's command, as {@link ItemArguments} in JSON; not set where it does not. */
  ITEM_ARGUMENTS: 'ITEM_ARGUMENTS',

  // the credentials program
  /** The Secret with the user of seeders and couriers; not set where the user brings one. */
  CLIENT_SECRET: 'CLIENT_SECRET',
  /** The Secret with the administrator and the Erlang cookie. */
  ADMIN_SECRET: 'ADMIN_SECRET',

  // the broker init program
  ADMIN_SECRET_DIR: 'ADMIN_SECRET_DIR',
  /** The server's home folder. */
  RABBITMQ_HOME: 'RABBITMQ_HOME',

  /** Where a container leaves its last words; the rehearsal sets another path. */
  TERMINATION_LOG: 'TERMINATION_LOG',
} as const;

/** What the program finds in its environment, beside what its user gives it. Its user cannot give it these. */
export const ProgramEnvName = {
  /** The name of the work queue. */
  QUEUE: EnvName.QUEUE,
  /** The name of the run, see {@link ItemHeader.RUN}; the queue's name where the message has none, or none that is short text. */
  RUN: 'WORK_QUEUE_RUN',
  /** The item's number, from 0. Not set where somebody else has filled the queue, with messages whose `messageId` is no number. */
  ITEM_INDEX: 'WORK_ITEM_INDEX',
  /** 1 at the first attempt of the item. */
  ITEM_ATTEMPT: 'WORK_ITEM_ATTEMPT',
} as const;
