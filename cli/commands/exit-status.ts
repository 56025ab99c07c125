/** The exit codes of the command line. `docs/command-line.md` lists them. */
export const ExitStatus = {
  OK: 0,
  /** The run has failed. */
  FAILED: 1,
  /** The command could not do what it was asked to do: its message says why. */
  ERROR: 2,
  /** `--timeout` is over. The same as timeout(1). */
  TIMEOUT: 124,
  /** Ctrl-C: 128 + SIGINT. */
  INTERRUPTED: 130,
} as const;
