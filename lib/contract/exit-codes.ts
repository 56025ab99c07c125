/** How a program of this package ends. The Job's `podFailurePolicy` is written in these codes. */
export const ExitCode = {
  /** The pod has finished its items, or it has seen that all items are settled. */
  DONE: 0,
  /** The worker died while it ran an item, and the attempt is counted. The Job ignores the failed pod: the item answers for it. */
  ATTEMPT_COUNTED: 10,
  /** The pod was terminated and requeued its item without counting an attempt. The Job ignores the failed pod. */
  STOPPED: 11,
  /** All items are settled, with more dead letters than are tolerated: the Job fails at once. */
  TOO_MANY_DEAD_LETTERS: 20,
  /** Something outside the item went wrong (EX_TEMPFAIL): the Job tries again, up to its `backoffLimit`. */
  TRY_AGAIN: 75,
} as const;
