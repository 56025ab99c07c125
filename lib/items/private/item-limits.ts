import { MAX_COUNT } from '../../validation/check';

/** For sets that cannot be empty: ranges with both ends, and products. */
export const NOTHING_TO_DO = 'Where there may be nothing to do, take WorkItems.list([], { allowEmpty: true }) instead.';

export function requireItems(context: string, count: number, allowEmpty: boolean): void {
  if (count > MAX_COUNT) {
    throw new Error(
      `${context}: there are ${count} items; at most ${MAX_COUNT} are possible, as Kubernetes counts in 32 bits. Let an item ` +
        'stand for more, or make several runs.',
    );
  }
  if (count === 0 && !allowEmpty) {
    throw new Error(
      `${context}: there are no items. If that may be, pass { allowEmpty: true }: the Job is then complete at once.`,
    );
  }
}
