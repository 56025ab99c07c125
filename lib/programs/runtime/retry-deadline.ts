import { duration } from './log';

/**
 * How long a program tries to reach a broker that does not answer: 10 minutes since all was last well. Then the program ends
 * with `ExitCode.TRY_AGAIN`, and the Job's `backoffLimit` decides whether another pod tries: trouble that stays ends the Job.
 */
export class RetryDeadline {
  private since = Date.now();

  constructor(private readonly limitMs: number = 10 * 60_000) {}

  /** All is well, or another pod is at work on it. */
  reset(): void {
    this.since = Date.now();
  }

  get passed(): boolean {
    return Date.now() - this.since >= this.limitMs;
  }

  get limit(): string {
    return duration(this.limitMs);
  }
}
