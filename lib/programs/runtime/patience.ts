import { duration } from './log';

/**
 * How long a program puts up with a broker that does not answer: 10 minutes since all was last well. Then it ends with
 * `ExitCode.TRY_AGAIN`, and the Job's `backoffLimit` decides whether another pod tries: trouble that stays ends the Job.
 */
export class Patience {
  private lastWell = Date.now();

  constructor(private readonly limitMs: number = 10 * 60_000) {}

  /** All is well, or somebody is at work on it. */
  well(): void {
    this.lastWell = Date.now();
  }

  get exhausted(): boolean {
    return Date.now() - this.lastWell >= this.limitMs;
  }

  get limit(): string {
    return duration(this.limitMs);
  }
}
