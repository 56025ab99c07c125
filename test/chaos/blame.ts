import type { Blame, Entry } from './ledger-file';

/** How many faults each item of a queue has met that may have cost it an attempt; all others must not. */
export function faultsPerItem(entries: readonly (Entry | Blame)[], queue: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const running = new Map<string, Entry>();
  /** Faults that may meet the next item of a pod: the ledger may not know yet of one that has just begun. */
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
  return counts;
}
