import { type Attempt, attemptsOf } from './attempts';
import { type Lanes, lanesOf } from './lanes';
import type { DeadRecord, RunHistory } from './run-history';

/** A time in which something was not as it should be. */
interface Disturbance {
  readonly start: number;
  readonly end: number;
  readonly kind: 'gap' | 'fault';
  readonly text: string;
}

/** What follows from the history of a run, once for all parts of the report. */
export interface RunCourse {
  readonly history: RunHistory;
  readonly attempts: readonly Attempt[];
  readonly lanes: Lanes;
  /** From the beginning to the end of everything that is known. */
  readonly start: number;
  readonly end: number;
  /** From the start of the first attempt to the end of the last one, in milliseconds. */
  readonly makespan: number;
  readonly disturbances: readonly Disturbance[];
  readonly done: number;
  readonly dead: readonly DeadRecord[];
}

/** A pause of all pods is worth a word if it has this share of the run, and is longer than the start of a pod. */
const MIN_GAP = { share: 0.01, milliseconds: 8000 };

export function courseOf(history: RunHistory): RunCourse {
  const attempts = attemptsOf(history);
  const until = Date.parse(history.until);
  const lanes = lanesOf(attempts, history.pods ?? [], until);
  const spans = lanes.lanes.flatMap(({ pods }) => pods);
  const first = attempts[0]?.start ?? until;
  const last = attempts.reduce((max, { end }) => Math.max(max, end), first);
  const done = new Set(history.records.filter(({ kind }) => kind === 'done').map(({ number }) => number));
  return {
    history,
    attempts,
    lanes,
    start: spans.reduce((min, span) => Math.min(min, span.start), first),
    end: spans.reduce((max, span) => Math.max(max, span.end), last),
    makespan: last - first,
    disturbances: [...faults(history), ...gaps(attempts, last - first)].sort((a, b) => a.start - b.start),
    done: done.size,
    dead: deadRecords(history, done),
  };
}

/** One for each item, and none for an item that is done as well: its work exists. */
function deadRecords({ records }: RunHistory, done: ReadonlySet<number>): DeadRecord[] {
  const dead = records.filter((record): record is DeadRecord => record.kind === 'dead' && !done.has(record.number));
  const byNumber = new Map(dead.map((record) => [record.number, record]));
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

function faults({ faults = [] }: RunHistory): Disturbance[] {
  return faults
    .map(({ time, until, text }): Disturbance => {
      const start = Date.parse(time);
      return { start, end: until === undefined ? start : Date.parse(until), kind: 'fault', text };
    })
    .filter(({ start, end }) => end >= start);
}

/** The times between the first and the last attempt in which no pod worked. */
function gaps(attempts: readonly Attempt[], makespan: number): Disturbance[] {
  const min = Math.max(MIN_GAP.milliseconds, MIN_GAP.share * makespan);
  const found: Disturbance[] = [];
  let busyUntil = attempts[0]?.start ?? 0;
  for (const { start, end } of attempts) {
    if (start - busyUntil >= min) {
      found.push({ start: busyUntil, end: start, kind: 'gap', text: 'no item was at work' });
    }
    busyUntil = Math.max(busyUntil, end);
  }
  return found;
}
