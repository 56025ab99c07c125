import type { Attempt, AttemptOutcome } from './attempts';
import type { TimeScale } from './chart';
import type { RunCourse } from './run-course';

/** A bar of the timeline: an attempt, or several of a lane that are too short to be seen each. */
export interface Bar {
  readonly lane: number;
  /** In units of the chart. */
  readonly x: number;
  readonly width: number;
  readonly outcome: AttemptOutcome;
  readonly attempts: readonly Attempt[];
}

/** Narrower bars could not be seen, and failures must be. */
const MIN_WIDTH: Readonly<Record<AttemptOutcome, number>> = {
  done: 0.8,
  running: 0.8,
  interrupted: 2,
  failed: 2,
  dead: 2.5,
};

const DRAWN: readonly AttemptOutcome[] = ['done', 'running', 'interrupted', 'failed', 'dead'];

/** Bars of one lane and outcome become one if together they are narrower, with no gap that could be seen. */
const MERGED = { width: 1, gap: 0.3 } as const;

/** In the order in which they are drawn: nothing covers a failure. */
export function barsOf({ attempts, lanes, start }: RunCourse, scale: TimeScale): Bar[] {
  const bars: WideningBar[] = [];
  const last = new Map<number, WideningBar>();
  for (const attempt of attempts) {
    const lane = lanes.laneOf.get(attempt.pod) ?? 0;
    const x = scale(attempt.start - start);
    const width = scale(attempt.end - start) - x;
    const before = last.get(lane);
    if (before && isMergeable(before, attempt, x, width)) {
      before.width = x + width - before.x;
      before.attempts.push(attempt);
      continue;
    }
    const bar = { lane, x, width, outcome: attempt.outcome, attempts: [attempt] };
    bars.push(bar);
    last.set(lane, bar);
  }
  for (const bar of bars) bar.width = Math.max(bar.width, MIN_WIDTH[bar.outcome]);
  return bars.sort((a, b) => DRAWN.indexOf(a.outcome) - DRAWN.indexOf(b.outcome));
}

interface WideningBar extends Bar {
  width: number;
  readonly attempts: Attempt[];
}

function isMergeable(before: Bar, attempt: Attempt, x: number, width: number): boolean {
  const isNear = x - (before.x + before.width) < MERGED.gap;
  return isNear && before.outcome === attempt.outcome && x + width - before.x < MERGED.width;
}
