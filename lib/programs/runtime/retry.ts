import type { RetryDeadline } from './retry-deadline';
import { type BackOff, sleep } from './time';

/** What stands in the way of an attempt, in words for the log. Another attempt may succeed. */
export class Obstacle {
  constructor(readonly description: string) {}
}

/** No attempt succeeded before the deadline, or before the pod was terminated. */
export class GaveUp {
  constructor(
    readonly because: 'deadline' | 'terminated',
    /** What stood in the way of the last attempt. */
    readonly obstacle: string,
  ) {}
}

export interface RetryOptions<T> {
  /** Resolves to the result, or to what stands in its way. A rejection ends the retries. */
  readonly attempt: () => Promise<T | Obstacle>;
  readonly backOff: BackOff;
  /** Without one only the signal ends the retries. */
  readonly deadline?: RetryDeadline;
  /** Aborts when the pod is terminated. */
  readonly signal: AbortSignal;
  /** Called before each pause, with its length in milliseconds. */
  readonly describe?: (obstacle: string, pause: number) => void;
}

/** Repeats an attempt, with pauses in between, until it has a result. */
export async function retry<T>(options: RetryOptions<T>): Promise<T | GaveUp> {
  const { attempt, backOff, deadline, signal, describe } = options;
  for (;;) {
    const result = await attempt();
    if (!(result instanceof Obstacle)) return result;
    if (signal.aborted) return new GaveUp('terminated', result.description);
    if (deadline?.passed) return new GaveUp('deadline', result.description);
    const pause = backOff.next();
    describe?.(result.description, pause);
    await sleep(pause, signal);
    if (signal.aborted) return new GaveUp('terminated', result.description);
  }
}
