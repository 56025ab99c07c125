/** The environment variables that the constructs set and the programs read. */
export const EnvName = {
  /** `amqp://host:port/virtual-host`, or `amqps://…` for TLS, without credentials. */
  BROKER_URL: 'BROKER_URL',
  /**
   * The values of `$(BROKER_HOST)` and `$(BROKER_PORT)` in the URL. Kubernetes expands them; the programs do not read
   * them.
   */
  BROKER_HOST: 'BROKER_HOST',
  BROKER_PORT: 'BROKER_PORT',
  /**
   * The folder with the files {@link CredentialFile}. They are files because a variable cannot change while a pod runs.
   */
  BROKER_CREDENTIALS_DIR: 'BROKER_CREDENTIALS_DIR',
  /**
   * The file with the certificates of the authorities to trust. If it is not set, the programs trust those that Node.js
   * trusts.
   */
  BROKER_CA_FILE: 'BROKER_CA_FILE',
  /** The name that the broker's certificate must be valid for. Set only if that is not the host of the URL. */
  BROKER_SERVER_NAME: 'BROKER_SERVER_NAME',
  /** How many addresses the host of the URL has when all nodes of the broker serve. Set only if there are several. */
  BROKER_NODES: 'BROKER_NODES',
  /** The name of the work queue. The names of its related queues follow from it, see {@link relatedQueues}. */
  QUEUE: 'QUEUE',
  POD_NAME: 'POD_NAME',
  /** The name of the pod's node. */
  NODE_NAME: 'NODE_NAME',
  /** `debug` makes a program log each step. Only a user sets it, by a patch; the constructs do not. */
  LOG: 'WORK_QUEUE_LOG',

  // seeder, courier, and programs without a courier
  ITEM_COUNT: 'ITEM_COUNT',
  /** The value of each item's header {@link ItemHeader.RUN}. */
  RUN: 'RUN',

  // the seeder
  ITEMS_DIR: 'ITEMS_DIR',
  /** SHA-256, in hex, of the unpacked contents of {@link ITEMS_DIR}: see `readStream` in `item-formula.ts`. */
  ITEMS_DIGEST: 'ITEMS_DIGEST',
  QUEUE_TYPE: 'QUEUE_TYPE',
  CONSUMER_TIMEOUT_SECONDS: 'CONSUMER_TIMEOUT_SECONDS',

  // the courier
  SHARED_VOLUME_DIR: 'SHARED_VOLUME_DIR',
  /** Not set in a pool. Programs without a courier have it too. */
  ITEMS_PER_POD: 'ITEMS_PER_POD',
  /** How many indexes the Job has. Not set in a pool, whose size may change while its pods run. */
  COMPLETIONS: 'COMPLETIONS',
  /**
   * The pod's index in its Job, from 0. Kubernetes sets it in every container of an Indexed Job, and the constructs do
   * not. https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
   */
  COMPLETION_INDEX: 'JOB_COMPLETION_INDEX',
  /** The age from which the pod takes no more items. Set only in a pool. */
  MAX_POD_SECONDS: 'MAX_POD_SECONDS',
  MAX_ATTEMPTS: 'MAX_ATTEMPTS',
  MAX_INTERRUPTIONS: 'MAX_INTERRUPTIONS',
  ITEM_TIMEOUT_SECONDS: 'ITEM_TIMEOUT_SECONDS',
  TOLERATED_DEAD_LETTERS: 'TOLERATED_DEAD_LETTERS',
  TERMINATION_GRACE_SECONDS: 'TERMINATION_GRACE_SECONDS',
  /** The exit codes of the program after which no attempt follows, with commas between them. */
  PERMANENT_EXIT_CODES: 'PERMANENT_EXIT_CODES',
  /**
   * The program's variables that contain the item or its fields, as {@link ItemVariables} in JSON. Not set if the
   * program has no such variables.
   */
  ITEM_VARIABLES: 'ITEM_VARIABLES',
  /**
   * Where the item and its fields are in the program's command, as {@link ItemArguments} in JSON. Not set if the command
   * has neither.
   */
  ITEM_ARGUMENTS: 'ITEM_ARGUMENTS',

  // the credentials program
  /** The folder with the token of the pod's service account. */
  SERVICE_ACCOUNT_DIR: 'SERVICE_ACCOUNT_DIR',
  /** The Secret with the broker user of seeders and couriers. Not set if an existing Secret is used. */
  CLIENT_SECRET: 'CLIENT_SECRET',
  /** The Secret with the administrator and the Erlang cookie. */
  ADMIN_SECRET: 'ADMIN_SECRET',
  /** The value of the Secrets' label {@link Label.CHART}. */
  CHART: 'CHART',

  // the broker init program
  ADMIN_SECRET_DIR: 'ADMIN_SECRET_DIR',
  /** The server's home folder. */
  RABBITMQ_HOME: 'RABBITMQ_HOME',
  /** The folder on the node's volume. */
  RABBITMQ_DATA: 'RABBITMQ_DATA',

  /** The path of the container's termination message. The rehearsal sets another path. */
  TERMINATION_LOG: 'TERMINATION_LOG',
} as const;

/** The variables that the program gets in addition to those of `envVariables`, which must not contain them. */
export const ProgramEnvName = {
  /** The name of the work queue. */
  QUEUE: EnvName.QUEUE,
  /**
   * The name of the run, see {@link ItemHeader.RUN}. It is the queue's name if the message has no such header, or if
   * the header is not a short string.
   */
  RUN: 'WORK_QUEUE_RUN',
  /** The item's number, from 0. Not set for a foreign message whose `messageId` is not a number. */
  ITEM_INDEX: 'WORK_ITEM_INDEX',
  /** The number of the attempt. It is 1 at the item's first attempt. */
  ITEM_ATTEMPT: 'WORK_ITEM_ATTEMPT',
} as const;
