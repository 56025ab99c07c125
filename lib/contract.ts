/**
 * The contract between the constructs, which run at synth on the user's machine, and the programs, which run in the
 * cluster. Both import this file and `item-formula.ts`; these import nothing of ours, and nothing else is shared.
 */

/** The environment that the constructs give and the programs read. */
export const Env = {
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
  /** The name of the work queue; the names of its companions follow from it, see {@link companions}. */
  QUEUE: 'QUEUE',
  POD_NAME: 'POD_NAME',

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
  EXCHANGE_DIR: 'EXCHANGE_DIR',
  ITEMS_PER_POD: 'ITEMS_PER_POD',
  MAX_ATTEMPTS: 'MAX_ATTEMPTS',
  ITEM_TIMEOUT_SECONDS: 'ITEM_TIMEOUT_SECONDS',
  TOLERATED_FAILURES: 'TOLERATED_FAILURES',
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

  // what prepares a RabbitMQ node
  ADMIN_SECRET_DIR: 'ADMIN_SECRET_DIR',
  /** The server's home folder. */
  RABBITMQ_HOME: 'RABBITMQ_HOME',

  /** Where a container leaves its last words; the rehearsal sets another path. */
  TERMINATION_LOG: 'TERMINATION_LOG',
} as const;

/** What the program finds in its environment, beside what its user gives it. Its user cannot give it these. */
export const ProgramEnv = {
  /** The name of the work queue. */
  QUEUE: Env.QUEUE,
  /** The name of the run, see {@link ItemHeader.RUN}; the queue's name where the message has none, or none that is short text. */
  RUN: 'WORK_QUEUE_RUN',
  /** The item's number, from 0. Not set where somebody else has filled the queue, with messages whose `messageId` is no number. */
  ITEM_INDEX: 'WORK_ITEM_INDEX',
  /** 1 at the first attempt of the item. */
  ITEM_ATTEMPT: 'WORK_ITEM_ATTEMPT',
} as const;

/** Stands for the item in the program's command. */
export const ITEM_PLACEHOLDER = '{{work-item}}';

/**
 * The words of the program's command: for each that has the placeholder, the pieces around it, and `null` for each that the
 * courier need not know.
 */
export type ItemArguments = readonly (readonly string[] | null)[];

/** The most bytes of one argument or variable of a Linux process (MAX_ARG_STRLEN in execve(2)), without the NUL at its end. */
export const MOST_ARGUMENT_BYTES = 131_071;

/** The folders that the constructs mount. */
export const Paths = {
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
  /** The administrator's Secret, in the container that prepares a RabbitMQ node. */
  ADMIN_SECRET: '/opt/work-queue/admin',
  /** The home folder of the RabbitMQ server: a memory volume with what it must not keep on disk. */
  RABBITMQ_HOME: '/var/lib/rabbitmq',
  /** The memory volume where worker and courier meet. */
  EXCHANGE: '/run/work-queue',
  /** Kubernetes' default `terminationMessagePath`. */
  TERMINATION_LOG: '/dev/termination-log',
} as const;

/** The files in the exchange folder. `shim.sh` and `runner.sh` name them too: sh cannot import. */
export const Exchange = {
  /** FIFO, worker to courier. */
  UP: 'up',
  /** FIFO, courier to worker. */
  DOWN: 'down',
  /** FIFO, the program's standard error, for the container's log and the courier. */
  STDERR: 'stderr',
  /** FIFO, the courier's copy of it. */
  STDERR_COPY: 'stderr.copy',
  /** FIFO, in the worker: the numbers of the runs, for the runner. */
  RUNS: 'runs',
  /** FIFO, in the worker: the runner holds its end as long as it lives. */
  RUNNER: 'runner',
  /** The item that the program reads on its standard input. */
  ITEM: 'item',
  /** Lines of sh that set the variables and the arguments of a run. */
  CALL: 'call',
  /** Folder, which is there as soon as the worker's container is created: its image is there, and all that it needs. */
  WORKER_CREATED: 'worker',
  /** Folder, the same for the courier. */
  COURIER_CREATED: 'courier',
} as const;

/** What worker and courier say to each other, one line each. `shim.sh` and `runner.sh` name them too. */
export const Verb = {
  /** Up: the shim waits for work. */
  READY: 'ready',
  /** Up, with the run's number and a status: the program has ended; 128 + N where signal N ended it. */
  EXIT: 'exit',
  /** Up: the worker's container was asked to leave (SIGTERM); said before the program hears of it. */
  LEAVE: 'leave',
  /** Down: the courier is there; from now on its end of the FIFO says whether it lives. */
  HELLO: 'hello',
  /** Down, with a number that no earlier run has: run the program on the item. */
  RUN: 'run',
  /** Down: send the program SIGTERM. */
  TERM: 'term',
  /** Down: send the program, and what it started, SIGKILL. */
  KILL: 'kill',
  /** Down, with a status and a sentence: write the sentence to the termination log and end with the status. */
  QUIT: 'quit',
} as const;

/** The names of the containers, which the Job's `podFailurePolicy` refers to. */
export const Container = {
  WORKER: 'worker',
  COURIER: 'courier',
  SEEDER: 'seeder',
  CREDENTIALS: 'credentials',
  PREPARE: 'prepare',
  RABBITMQ: 'rabbitmq',
} as const;

/** The files in the folder of credentials. */
export const CredentialFile = { USERNAME: 'username', PASSWORD: 'password' } as const;

/** The volumes of our containers that say how to reach the broker. A rehearsal has a broker of its own, and needs none. */
export const BrokerVolume = { CREDENTIALS: 'work-queue-credentials', AUTHORITIES: 'work-queue-authorities' } as const;

/** The file in the folder of authorities. */
export const AUTHORITIES_FILE = 'ca.crt';

/** The keys of the Secret that the credentials program makes for the administrator of a broker. */
export const AdminSecretKey = { ...CredentialFile, ERLANG_COOKIE: 'erlang-cookie' } as const;

/** The files that are made in the home folder of a RabbitMQ server before it starts. */
export const RabbitMQFile = { ERLANG_COOKIE: '.erlang.cookie', DEFINITIONS: 'definitions.json' } as const;

/** How a program of ours ends. The Job's `podFailurePolicy` is written in these. */
export const ExitCode = {
  /** The pod has done its items, or has seen that all are settled. */
  DONE: 0,
  /** The worker died under an item, and the attempt is counted. Ignored by the Job: the item answers for it. */
  ATTEMPT_COUNTED: 10,
  /** The pod was asked to leave and gave its item back uncounted. Ignored by the Job. */
  LEFT: 11,
  /** All is settled, with more dead letters than are tolerated: the Job fails at once. */
  TOO_MANY_DEAD_LETTERS: 20,
  /** Something outside the item went wrong (EX_TEMPFAIL): the Job tries again, up to its `backoffLimit`. */
  TRY_AGAIN: 75,
} as const;

/** The queues beside a work queue. */
export function companions(queue: string) {
  return {
    /** Items out of attempts. */
    dead: `${queue}.dead`,
    /** Holds one message from the moment when every item is in the queue. */
    seeded: `${queue}.seeded`,
    /** Exclusive while a seeder works: there is never more than one. */
    seedingLock: `${queue}.seeding`,
    /** Exclusive while a courier counts the dead letters: a message that one reader holds is hidden from the others. */
    verdictLock: `${queue}.verdict`,
  } as const;
}

/**
 * All that {@link companions} and the names of work queues have in common, as a pattern for RabbitMQ's permissions: a label,
 * and a hash of ten digits.
 */
export const QUEUE_NAMES = String.raw`[a-z0-9-]+-[0-9a-f]{10}(\.(dead|seeded|seeding|verdict))?`;

/**
 * How often RabbitMQ may deliver an item: it drops one that comes back for the 20th time unless the queue says otherwise
 * (https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling). It is only a net: the couriers give up before.
 */
export const DELIVERY_LIMIT = 20;

/** The headers of an item. Its number, from 0, is the message's `messageId`. */
export const ItemHeader = {
  /** The name of the run: the user's `runId`, or else the queue's name. */
  RUN: 'run',
  /**
   * How many attempts had failed when a courier handed the item over to another pod. Only then is it there, and so it says that
   * this is not the item's first delivery.
   */
  ATTEMPTS: 'attempts',
} as const;

/** The headers of a dead letter that a courier wrote. */
export const DeadLetterHeader = {
  /** A sentence. */
  REASON: 'reason',
  /** The program's exit status, where it ended by itself. */
  EXIT_CODE: 'exit-code',
  /** The signal's number, where a signal ended it. */
  SIGNAL: 'signal',
  ATTEMPTS: 'attempts',
  POD: 'pod',
  /** How long the last attempt took. */
  SECONDS: 'seconds',
  /** The end of what the last attempt wrote to standard error. */
  STDERR: 'stderr',
} as const;

export type QueueType = 'quorum' | 'classic';

/** The file name of piece `n` of the items; the pieces in the order of their names are one gzip stream. */
export function itemsPiece(n: number): string {
  return `items-${String(n).padStart(4, '0')}.gz`;
}

/** What stands before an item in a frame: its length, as four bytes, big-endian. */
export function frameHead(item: Uint8Array): Buffer {
  const head = Buffer.allocUnsafe(FRAME_HEAD);
  head.writeUInt32BE(item.length);
  return head;
}

/** Items as one sequence of bytes, each with its {@link frameHead}; texts in UTF-8. */
export function frameItems(items: readonly (string | Uint8Array)[]): Buffer {
  const lengths = items.map((item) => (typeof item === 'string' ? Buffer.byteLength(item) : item.length));
  const framed = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + FRAME_HEAD + length, 0));
  let at = 0;
  for (const [n, item] of items.entries()) {
    at = framed.writeUInt32BE(lengths[n], at);
    if (typeof item === 'string') framed.write(item, at);
    else framed.set(item, at);
    at += lengths[n];
  }
  return framed;
}

const FRAME_HEAD = 4;

/** The way back from {@link frameItems}: each item by its number, without an object for each of them. */
export class FramedItems {
  /** Where each item's frame begins, and the end of all. */
  private readonly starts: Uint32Array;

  /** Throws where the bytes end in the middle of an item. */
  constructor(private readonly framed: Buffer) {
    const { length } = framed;
    const end = (at: number) => (at + FRAME_HEAD <= length ? at + FRAME_HEAD + framed.readUInt32BE(at) : Infinity);
    let count = 0;
    for (let at = 0; at < length; at = end(at)) {
      if (end(at) > length) {
        throw new Error(`the items are cut: an item begins at byte ${at} of ${length} and has no end`);
      }
      count++;
    }
    this.starts = new Uint32Array(count + 1);
    for (let n = 0; n < count; n++) this.starts[n + 1] = end(this.starts[n]);
  }

  get count(): number {
    return this.starts.length - 1;
  }

  item(n: number): Buffer {
    return this.framed.subarray(this.starts[n] + FRAME_HEAD, this.starts[n + 1]);
  }

  lengthOf(n: number): number {
    return this.starts[n + 1] - this.starts[n] - FRAME_HEAD;
  }

  /** The frames of the first `count` items. */
  head(count: number): Buffer {
    return this.framed.subarray(0, this.starts[count]);
  }
}
