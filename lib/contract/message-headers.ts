/** The headers of an item. The item's number, from 0, is the message's `messageId`. */
export const ItemHeader = {
  /** The name of the run: its `runId`, or the name of the queue if no `runId` is given. */
  RUN: 'run',
  /**
   * Distinguishes the items of one filling from those of another. If the broker loses the queue and a seeder fills it
   * again, a pod must not count items of both.
   */
  FILLING: 'filling',
  /**
   * How many attempts had failed when a courier requeued the item. Only a requeued item has this header, so the header
   * shows that this is not the item's first delivery.
   */
  ATTEMPTS: 'attempts',
  /** How often the item had been interrupted when a courier requeued it. Only a requeued item has this header. */
  INTERRUPTIONS: 'interruptions',
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
