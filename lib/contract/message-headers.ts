/** The headers of an item. The item's number, from 0, is the message's `messageId`. */
export const ItemHeader = {
  /** The name of the run: its `runId`, or the name of the queue if no `runId` is given. */
  RUN: 'run',
  /**
   * How many attempts had failed when a courier requeued the item. Only a requeued item has this header, so the header
   * shows that this is not the item's first delivery.
   */
  ATTEMPTS: 'attempts',
  /** How often the item had been interrupted when a courier requeued it. Only a requeued item has this header. */
  INTERRUPTIONS: 'interruptions',
  /**
   * The number of the retry that has put the item into the queue again. Copies, dead letters and records of the item keep it.
   * An item of the seeder has no such header, and its generation is 0.
   */
  GENERATION: 'generation',
} as const;

/**
 * The headers of a record in the ledger and of an event, which also have the header {@link ItemHeader.RUN} and, in a retry,
 * {@link ItemHeader.GENERATION}.
 */
export const RecordHeader = {
  /** One of {@link RecordKind} or of {@link EventKind}. */
  KIND: 'kind',
} as const;

/** The values of {@link RecordHeader.KIND}. The number of an item is the message's `messageId`. */
export const RecordKind = {
  /** The item's program has exited with 0. */
  DONE: 'done',
  /** The item is a dead letter, which the broker has confirmed. */
  DEAD: 'dead',
  /** The item goes back into the queue: what its dead letters of lower generations say is void. */
  RETRIED: 'retried',
  /** All items of a retry are in the queue, and from now on its Job may exist. The generation is the number of the retry. */
  RETRY: 'retry',
  /** Nothing but a place in the ledger: whoever wrote it reads up to it. */
  LOOK: 'look',
  /** A pod has found that items are neither in the queue nor recorded. */
  CLAIM: 'claim',
} as const;

/** The values of {@link RecordHeader.KIND} of an event. */
export const EventKind = {
  /** An attempt of an item has begun, and goes on. */
  STARTED: 'started',
  /** An attempt of an item has failed. */
  FAILED: 'failed',
  /** A pod has given its item to another one. */
  REQUEUED: 'requeued',
  /** The seeder begins to fill the queue. */
  FILLING: 'filling',
  /** The seeder has filled the queue. */
  FILLED: 'filled',
} as const;

/** The headers of a dead letter that a courier published. */
export const DeadLetterHeader = {
  /** Why no pod will try the item again, in words. */
  REASON: 'reason',
  /** The program's exit status, if the program ended by itself. */
  EXIT_CODE: 'exit-code',
  /** The number of the signal, if a signal ended the program. */
  SIGNAL: 'signal',
  /** How many attempts have failed, in all pods together. */
  ATTEMPTS: 'attempts',
  /** The name of the pod that published the dead letter. */
  POD: 'pod',
  /** How long the last attempt took, in seconds. */
  SECONDS: 'seconds',
  /** The end of what the last attempt wrote to standard error. */
  STDERR: 'stderr',
} as const;
