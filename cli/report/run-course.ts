import { plural } from '../../lib/programs/runtime/log';
import { type Attempt, attemptsOf } from './attempts';
import { type Lanes, lanesOf } from './lanes';
import type { DeadRecord, RunHistory } from './run-history';

/** A time in which something was not as it should be. */
interface Disturbance {
  readonly start: number;
  readonly end: number;
  readonly kind: 'gap' | 'fault' | 'retry';
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

/** The part of a course before items were retried. A retry begins when somebody wants it, and has its own number of pods. */
export function beforeRetries(course: RunCourse): RunCourse {
  const { retries = [] } = course.history;
  const first = Math.min(...retries.map(({ time }) => Date.parse(time)));
  const attempts = course.attempts.filter(({ start }) => start < first);
  if (retries.length === 0 || attempts.length === 0) return course;
  return { ...course, attempts, makespan: makespanOf(attempts) };
}

function makespanOf(attempts: readonly Attempt[]): number {
  const [{ start = 0 } = {}] = attempts;
  return attempts.reduce((max, { end }) => Math.max(max, end), start) - start;
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
    makespan: makespanOf(attempts),
    disturbances: [...faults(history), ...retries(history), ...gaps(attempts, history)].sort(
      (a, b) => a.start - b.start,
    ),
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

function retries({ retries = [] }: RunHistory): Disturbance[] {
  return retries.map(({ number, time, items }) => {
    const start = Date.parse(time);
    return { start, end: start, kind: 'retry', text: `retry ${number}: ${plural(items, 'item')} back in the queue` };
  });
}

/** The times between the first and the last attempt in which no pod worked. */
function gaps(attempts: readonly Attempt[], { retries = [] }: RunHistory): Disturbance[] {
  const min = Math.max(MIN_GAP.milliseconds, MIN_GAP.share * makespanOf(attempts));
  const textOf = (start: number, end: number) => {
    const isRetried = retries.some(({ time }) => Date.parse(time) > start && Date.parse(time) < end);
    return `no item was at work${isRetried ? ', until items were retried' : ''}`;
  };
  const found: Disturbance[] = [];
  let busyUntil = attempts[0]?.start ?? 0;
  for (const { start, end } of attempts) {
    if (start - busyUntil >= min) {
      found.push({ start: busyUntil, end: start, kind: 'gap', text: textOf(busyUntil, start) });
    }
    busyUntil = Math.max(busyUntil, end);
  }
  return found;
}
