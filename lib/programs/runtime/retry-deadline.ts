import { duration } from './log';

/**
 * How long a program goes on without progress: 10 minutes since it last got further than ever before. Then the program ends
 * with `ExitCode.TRY_AGAIN`, and the Job's `backoffLimit` decides whether another pod tries: trouble that stays ends the Job.
 * The clock is monotonic, because the time of day of a node may jump.
 */
export class RetryDeadline {
  private since = performance.now();
  private furthest = 0;

  constructor(private readonly limitMs: number = 10 * 60_000) {}

  /** The program has got further, or another pod is at work on it. */
  reset(): void {
    this.since = performance.now();
  }

  /**
   * So many steps are done. That is progress only if it is more than ever before: a program that starts over after each failure
   * would otherwise do its first steps forever.
   */
  reached(steps: number): void {
    if (steps <= this.furthest) return;
    this.furthest = steps;
    this.reset();
  }

  /** Settles as `work` does, whose time does not count. */
  async without<T>(work: Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work;
    } finally {
      const now = performance.now();
      this.since = Math.min(now, this.since + now - began);
    }
  }

  get passed(): boolean {
    return performance.now() - this.since >= this.limitMs;
  }

  get limit(): string {
    return duration(this.limitMs);
  }
}
