/** The exit codes of the programs of this package. The Job's `podFailurePolicy` refers to them. */
export const ExitCode = {
  /** The pod has finished its items, or it has seen that all items are settled. */
  DONE: 0,
  /**
   * The worker's container died or was terminated alone, and the attempt of its item was counted. The Job ignores the
   * failed pod, because the failure counts towards the item's attempts.
   */
  ATTEMPT_COUNTED: 10,
  /** The pod was terminated and requeued its item without counting an attempt. The Job ignores the failed pod. */
  STOPPED: 11,
  /** All items are settled, and there are more dead letters than the Job tolerates. The Job fails at once. */
  TOO_MANY_DEAD_LETTERS: 20,
  /** The container was killed by SIGKILL (128 + 9). No program of this package ends with it by itself. */
  KILLED: 137,
  /** Something other than the item went wrong (EX_TEMPFAIL). The Job tries again, up to its `backoffLimit`. */
  TRY_AGAIN: 75,
} as const;
