import { median } from 'd3-array';
import type { Attempt } from './attempts';
import type { RunCourse } from './run-course';
import type { Overhead } from './simulation';

/** What was measured of a run, for its simulation. */
export interface MeasuredWork {
  /** How long a pod is busy with each item, in seconds, in the order of the queue. */
  readonly items: Float64Array;
  /** How many of them were measured. The others have the mean of those. */
  readonly measuredItems: number;
  readonly overhead: Overhead;
  /** Whether the overhead of a pod was measured, and not assumed. */
  readonly isPodMeasured: boolean;
}

/** What a pod cost beside its item on the cluster of the project's benches. */
const USUAL_POD_SECONDS = 4.3;

/** With fewer values, one of them could be anything. */
const MIN_VALUES = 3;

/** Undefined if no attempt of any item is known. */
export function measuredWork({ attempts, history }: RunCourse): MeasuredWork | undefined {
  const seconds = busySeconds(attempts);
  if (seconds.size === 0) return undefined;
  const mean = [...seconds.values()].reduce((sum, value) => sum + value, 0) / seconds.size;
  const pod = podTurnaround(attempts, history.parallelism, history.itemsPerPod);
  const podSeconds = pod ?? USUAL_POD_SECONDS;
  return {
    items: Float64Array.from({ length: history.items }, (_, number) => seconds.get(number) ?? mean),
    measuredItems: seconds.size,
    overhead: { podSeconds, itemSeconds: itemGap(attempts) ?? 0 },
    isPodMeasured: pod !== undefined,
  };
}

/** All attempts of an item, and the pauses between those in the same pod. */
function busySeconds(attempts: readonly Attempt[]): Map<number, number> {
  const seconds = new Map<number, number>();
  const previous = new Map<number, Attempt>();
  for (const attempt of attempts) {
    const { number, pod, start, end, outcome } = attempt;
    const before = previous.get(number);
    previous.set(number, attempt);
    if (outcome === 'running') continue;
    const pause = before?.pod === pod ? Math.max(0, start - before.end) : 0;
    seconds.set(number, (seconds.get(number) ?? 0) + (pause + end - start) / 1000);
  }
  return seconds;
}

function itemGap(attempts: readonly Attempt[]): number | undefined {
  const last = new Map<string, Attempt>();
  const gaps: number[] = [];
  for (const attempt of attempts) {
    const before = last.get(attempt.pod);
    last.set(attempt.pod, attempt);
    if (before && before.number !== attempt.number) gaps.push(Math.max(0, attempt.start - before.end) / 1000);
  }
  return median(gaps);
}

/**
 * From a pod's last item to the first item of the pod that takes its place: the first pod to end makes room for the first
 * one that starts after the `parallelism` pods of the beginning.
 */
function podTurnaround(attempts: readonly Attempt[], parallelism: number, itemsPerPod?: number): number | undefined {
  if (itemsPerPod === undefined) return undefined;
  const starts = new Map<string, number>();
  const ends = new Map<string, number>();
  for (const { pod, start, end } of attempts) {
    if (!starts.has(pod)) starts.set(pod, start);
    ends.set(pod, Math.max(ends.get(pod) ?? 0, end));
  }
  const inOrder = [...ends.values()].sort((a, b) => a - b);
  const later = [...starts.values()].slice(parallelism);
  const gaps = later.map((start, n) => (start - inOrder[n]) / 1000).filter((gap) => gap >= 0);
  return gaps.length < MIN_VALUES ? undefined : median(gaps);
}
