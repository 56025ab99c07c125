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
