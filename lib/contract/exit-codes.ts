/** The exit codes of the programs of this package. The Job's `podFailurePolicy` refers to them. */
export const ExitCode = {
  /** The pod has finished its items, or it has seen that all items are settled. */
  DONE: 0,
  /**
   * The pod failed, but before that it brought the run forward: it settled a message, or counted a failed attempt of an
   * item. The Job ignores such pods. They come to an end by themselves, because there is only so much to do.
   *
   * A pod of a pool also ends with it when it has reached {@link EnvName.MAX_POD_SECONDS}. Another pod takes its place.
   */
  PROGRESSED: 10,
  /** The pod was terminated and requeued its item without counting an attempt. The Job ignores the failed pod. */
  STOPPED: 11,
  /**
   * All items are settled, and there are more dead letters than the Job tolerates. The Job fails at once. A program
   * without a courier may end with it too.
   */
  TOO_MANY_DEAD_LETTERS: 20,
  /** Two pods, one after the other, have found that the same items are lost. The Job fails at once. */
  ITEMS_LOST: 21,
  /** Items seem to be lost, and this pod is the first one that says so. It counts towards the Job's `backoffLimit`. */
  ITEMS_MISSING: 22,
  /** The container was killed by SIGKILL (128 + 9). No program of this package ends with it by itself. */
  KILLED: 137,
  /** Something other than the item went wrong (EX_TEMPFAIL). The Job tries again, up to its `backoffLimit`. */
  TRY_AGAIN: 75,
} as const;
