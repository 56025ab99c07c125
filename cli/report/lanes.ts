import type { Attempt } from './attempts';
import type { PodLife } from './run-history';

/** A pod in a lane, from its beginning to its end, as far as anything is known about it. */
interface PodSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A line of the timeline. It has several pods if there are more pods than lines: then they follow each other. */
export interface Lane {
  readonly pods: readonly PodSpan[];
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  /** The lane of each pod, by its name. */
  readonly laneOf: ReadonlyMap<string, number>;
}

/** With more pods than this, a lane has pods that follow each other. */
const MAX_OWN_LANES = 40;

/** Arranges the pods of a run in lanes, so that no two pods in a lane exist at the same time. */
export function lanesOf(attempts: readonly Attempt[], pods: readonly PodLife[], until: number): Lanes {
  const spans = podSpans(attempts, pods, until);
  const lanes: PodSpan[][] = [];
  for (const span of spans) {
    const free =
      spans.length > MAX_OWN_LANES ? lanes.find((lane) => lane[lane.length - 1].end <= span.start) : undefined;
    if (free) free.push(span);
    else lanes.push([span]);
  }
  const laneOf = new Map(lanes.flatMap((lane, n) => lane.map(({ name }) => [name, n] as const)));
  return { lanes: lanes.map((lane) => ({ pods: lane })), laneOf };
}

function podSpans(attempts: readonly Attempt[], pods: readonly PodLife[], until: number): PodSpan[] {
  const spans = new Map<string, PodSpan>();
  const widen = (name: string, start: number, end: number) => {
    const { start: from = start, end: to = end } = spans.get(name) ?? {};
    spans.set(name, { name, start: Math.min(from, start), end: Math.max(to, end) });
  };
  for (const { pod, start, end } of attempts) widen(pod, start, end);
  for (const { name, created = '', finished } of pods) {
    const start = Date.parse(created);
    const known = spans.get(name);
    if (Number.isNaN(start)) continue;
    const end = finished === undefined ? until : Date.parse(finished);
    widen(name, start, Number.isNaN(end) ? (known?.end ?? start) : end);
  }
  return [...spans.values()].sort((a, b) => a.start - b.start || (a.name < b.name ? -1 : 1));
}
