import type { Blame, Entry } from './journal-file';

/** The faults that may have cost items of a queue an attempt; all others must not. */
export interface Faults {
  /** How many each item has met. */
  readonly perItem: ReadonlyMap<string, number>;
  /** How many met a pod in which no program began any more: an item that it had then never came into the journal. */
  readonly perPod: ReadonlyMap<string, number>;
}

export function faultsOf(entries: readonly (Entry | Blame)[], queue: string): Faults {
  const counts = new Map<string, number>();
  const running = new Map<string, Entry>();
  /** Faults that may meet the next item of a pod: the journal may not know yet of one that has just begun. */
  const coming = new Map<string, number>();
  const add = (entry: Entry | undefined, count = 1) => {
    if (entry?.queue === queue) counts.set(entry.item, (counts.get(entry.item) ?? 0) + count);
  };
  for (const entry of entries) {
    switch (entry.what) {
      case 'start':
        running.set(entry.pod, entry);
        add(entry, coming.get(entry.pod) ?? 0);
        coming.delete(entry.pod);
        break;
      case 'order':
        add(entry);
        break;
      case 'blame':
        add(running.get(entry.pod));
        coming.set(entry.pod, (coming.get(entry.pod) ?? 0) + 1);
        break;
      case 'end':
        break;
    }
  }
  return { perItem: counts, perPod: coming };
}
