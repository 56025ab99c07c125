import { type MeasuredWork, measuredWork } from './measured-work';
import type { RunCourse } from './run-course';
import { type Setup, simulatedMakespan } from './simulation';

/** What other values would have given. */
export interface Advice {
  readonly work: MeasuredWork;
  /** Those of the run. */
  readonly own: Setup;
  readonly parallelisms: readonly number[];
  /** Infinity stands for a pool. */
  readonly itemsPerPods: readonly number[];
  /** In seconds, for each of `itemsPerPods` a row with each of `parallelisms`. */
  readonly makespans: readonly (readonly number[])[];
  /** What the simulation says of the run's own values, to compare with the run. */
  readonly ownMakespan: number;
  /** With the run's own values, if the longest items came first in the list. */
  readonly longestFirst: number;
  /** The item that takes longest: no run is shorter. */
  readonly longest: { readonly number: number; readonly seconds: number };
  /** The smallest `parallelism` that is nearly as fast as the fastest. */
  readonly enoughPods: number;
}

const FACTORS = [0.25, 0.5, 1, 2, 4, 8];
const SHARES = [1, 10, 100];

/** More pods that bring less than this are not worth a word. */
const NEARLY = 1.05;

/** Undefined if no attempt of any item is known. */
export function adviceOf(course: RunCourse): Advice | undefined {
  const work = measuredWork(course);
  if (!work) return undefined;
  const { items, overhead } = work;
  const { parallelism, itemsPerPod = Infinity } = course.history;
  const own = { parallelism, itemsPerPod };
  const parallelisms = ascending(FACTORS.map((factor) => Math.ceil(parallelism * factor))).filter(
    (pods) => pods === parallelism || pods <= items.length,
  );
  const shares = [...SHARES.filter((share) => share < items.length), itemsPerPod, Infinity];
  const itemsPerPods = ascending(shares);
  const makespan = (setup: Setup) => simulatedMakespan(items, setup, overhead);
  const row = (share: number) => parallelisms.map((pods) => makespan({ parallelism: pods, itemsPerPod: share }));
  const makespans = itemsPerPods.map(row);
  const ownRow = makespans[itemsPerPods.indexOf(itemsPerPod)];
  const fastest = Math.min(...ownRow);
  const descending = Float64Array.from(items).sort().reverse();
  const number = items.reduce((max, seconds, n) => (seconds > items[max] ? n : max), 0);
  return {
    work,
    own,
    parallelisms,
    itemsPerPods,
    makespans,
    ownMakespan: makespan(own),
    longestFirst: simulatedMakespan(descending, own, overhead),
    longest: { number, seconds: items[number] },
    enoughPods: parallelisms[ownRow.findIndex((seconds) => seconds <= fastest * NEARLY)],
  };
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
