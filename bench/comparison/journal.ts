import { readFileSync } from 'node:fs';

/** What a program has written: that it begins an item, or that it is done. */
interface Entry {
  readonly what: 'start' | 'end';
  readonly item: number;
  /** The pod in which it ran, or its process. */
  readonly worker: string;
}

/** How often items were begun and done. */
interface Counts {
  readonly done: ReadonlySet<number>;
  /** How many items ran to their end more than once. */
  readonly doneAgain: number;
  /** How many items were begun more than once. */
  readonly begunAgain: number;
}

/** The file in which the programs of one run write their starts and ends. */
export class Journal {
  constructor(private readonly path: string) {}

  counts(): Counts {
    const [starts, ends] = (['start', 'end'] as const).map((what) => this.times(what));
    return { done: new Set(ends.keys()), doneAgain: repeated(ends), begunAgain: repeated(starts) };
  }

  /** The workers that have begun an item and not ended it; the one that has begun last is the first. */
  running(): string[] {
    const last = new Map<string, Entry>();
    for (const entry of this.entries()) {
      last.delete(entry.worker); // to be the last of the map
      last.set(entry.worker, entry);
    }
    return [...last.values()]
      .filter(({ what }) => what === 'start')
      .map(({ worker }) => worker)
      .reverse();
  }

  /** How often each item has been begun, or ended. */
  private times(what: Entry['what']): Map<number, number> {
    const times = new Map<number, number>();
    for (const entry of this.entries()) {
      if (entry.what === what) times.set(entry.item, (times.get(entry.item) ?? 0) + 1);
    }
    return times;
  }

  private entries(): Entry[] {
    const lines = readFileSync(this.path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [what, item, worker] = line.split('\t');
      return { what, item: Number(item), worker } as Entry;
    });
  }
}

function repeated(times: ReadonlyMap<number, number>): number {
  return [...times.values()].filter((count) => count > 1).length;
}

interface ProgramOptions {
  /** A line of sh that sets `item`. */
  readonly setItem: string;
  /** A word of sh that names the worker. */
  readonly worker: string;
  /** The path of the journal, as the program sees it. */
  readonly journal: string;
}

/** The program of all ways, in sh: `sleep 1`, between two entries in a journal. */
export function program({ setItem, worker, journal }: ProgramOptions): string {
  return [
    setItem,
    `say() { printf '%s\\t%s\\t%s\\n' "$1" "$item" "${worker}" >>'${journal}'; }`,
    'say start',
    'sleep 1',
    'say end',
  ].join('\n');
}
