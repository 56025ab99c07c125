import type { RunHistory } from './run-history';

/** What began, in a pod, on an item. Times are in milliseconds since 1970. */
export interface Beginning {
  readonly number: number;
  readonly pod: string;
  readonly start: number;
}

/** It shows that a pod, or whoever has an item, is at something else from then on. */
interface Sign {
  readonly time: number;
  readonly reason?: string;
}

/** When attempts that nobody has told the end of were over at the latest. */
export class LatestEnds {
  private readonly recorded: ReadonlySet<number>;
  /** Only of those pods and items that are asked for: a run may have many more. */
  private readonly ofPods: ReadonlyMap<string, Sign[]>;
  private readonly ofItems: ReadonlyMap<number, Sign[]>;

  constructor(history: RunHistory, open: readonly Beginning[], others: readonly Beginning[]) {
    this.recorded = new Set(history.records.map(({ number }) => number));
    this.ofPods = new Map(open.map(({ pod }) => [pod, []]));
    this.ofItems = new Map(open.map(({ number }) => [number, []]));
    for (const { number, pod, start: time } of others) this.add({ time }, pod, number);
    for (const event of history.events) {
      const reason = event.kind === 'requeued' ? event.reason : undefined;
      this.add({ time: Date.parse(event.time), reason }, event.pod, event.number);
    }
    for (const { name, finished = '', end: reason } of history.pods ?? []) {
      this.add({ time: Date.parse(finished), reason }, name);
    }
  }

  /** Nothing if the attempt may still go on. */
  of({ number, pod, start }: Beginning): { readonly end?: number; readonly reason?: string } {
    const signs = [...(this.ofPods.get(pod) ?? []), ...(this.ofItems.get(number) ?? [])];
    const first = signs.filter(({ time }) => time > start).reduce<Sign | undefined>(earlier, undefined);
    if (first) return { end: first.time, reason: first.reason };
    return this.recorded.has(number) ? { end: start } : {};
  }

  private add(sign: Sign, pod: string, number = -1): void {
    if (Number.isNaN(sign.time)) return;
    this.ofPods.get(pod)?.push(sign);
    this.ofItems.get(number)?.push(sign);
  }
}

function earlier(a: Sign | undefined, b: Sign): Sign {
  return a === undefined || b.time < a.time ? b : a;
}
