import { LatestEnds } from './latest-ends';
import type { DoneRecord, FailedEvent, RunHistory, StartedEvent } from './run-history';

/**
 * How an attempt ended. `dead`: it was the last one of an item that is a dead letter. `interrupted`: nobody has said how
 * it ended, because its pod died or was terminated. `running`: it goes on.
 */
export type AttemptOutcome = 'done' | 'failed' | 'dead' | 'interrupted' | 'running';

/** A time in which a pod worked on an item. Times are in milliseconds since 1970. */
export interface Attempt {
  readonly number: number;
  readonly attempt: number;
  readonly pod: string;
  readonly node: string;
  readonly start: number;
  readonly end: number;
  readonly outcome: AttemptOutcome;
  readonly reason?: string;
  /** The end of what a failed attempt has written to standard error. */
  readonly stderr?: string;
}

/** How far the times of the same start may differ: the courier notes them one after the other. */
const SAME_START_MS = 5000;

/** The attempts of a run, by their start, from what the ledger and the events say. */
export function attemptsOf(history: RunHistory): Attempt[] {
  const ended = [...doneAttempts(history), ...failedAttempts(history)];
  const all = [...ended, ...openAttempts(history, ended)];
  return all.filter(({ start, end }) => end >= start).sort((a, b) => a.start - b.start || a.number - b.number);
}

function doneAttempts({ records }: RunHistory): Attempt[] {
  return records
    .filter((record): record is DoneRecord => record.kind === 'done')
    .map(({ number, attempt, pod, node, started, seconds }) => {
      const start = Date.parse(started);
      return { number, attempt, pod, node, start, end: start + seconds * 1000, outcome: 'done' };
    });
}

function failedAttempts({ records, events }: RunHistory): Attempt[] {
  const done = new Set(records.filter(({ kind }) => kind === 'done').map(({ number }) => number));
  const dead = new Set(records.filter(({ kind, number }) => kind === 'dead' && !done.has(number)).map((r) => r.number));
  const failures = events.filter((event): event is FailedEvent => event.kind === 'failed');
  const last = new Map<number, FailedEvent>();
  for (const failure of failures) {
    const { number } = failure;
    if (number === undefined || !dead.has(number)) continue;
    if (!(Date.parse(failure.time) < Date.parse(last.get(number)?.time ?? ''))) last.set(number, failure);
  }
  return failures.flatMap((failure) => {
    const { number, attempt, pod, node, time, seconds, reason, stderr } = failure;
    if (number === undefined) return [];
    const end = Date.parse(time);
    const outcome = last.get(number) === failure ? 'dead' : 'failed';
    return [{ number, attempt, pod, node, start: end - seconds * 1000, end, outcome, reason, stderr }];
  });
}

/** Those that have begun, and nobody says how they ended. */
function openAttempts(history: RunHistory, ended: readonly Attempt[]): Attempt[] {
  const endedBy = groupBy(ended, keyOf);
  const starts = history.events
    .filter(
      (event): event is StartedEvent & { number: number } => event.kind === 'started' && event.number !== undefined,
    )
    .map((event) => ({ ...event, start: Date.parse(event.time) }));
  const open = starts.filter((event) => {
    const same = endedBy.get(keyOf(event)) ?? [];
    const match = same.findIndex(({ start }) => Math.abs(start - event.start) < SAME_START_MS);
    if (match >= 0) same.splice(match, 1);
    return match < 0;
  });
  const until = Date.parse(history.until);
  const latest = new LatestEnds(history, open, ended);
  return open.map((event) => {
    const { number, attempt, pod, node, start } = event;
    const { end, reason } = latest.of(event);
    const outcome = end === undefined ? 'running' : 'interrupted';
    return { number, attempt, pod, node, start, end: end ?? until, outcome, reason };
  });
}

function keyOf({ number, attempt, pod }: { number?: number; attempt: number; pod: string }): string {
  return `${number} ${attempt} ${pod}`;
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
