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
