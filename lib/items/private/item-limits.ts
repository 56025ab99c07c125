import { MAX_COUNT } from '../../validation/check';
import { synthError } from '../../validation/synth-error';

/** What to do about an empty set of a kind that cannot be empty: a range with both ends, or a product. */
export const NOTHING_TO_DO = 'If there may be nothing to do, use an empty WorkItems.list and set allowEmpty.';

export function requireItems(context: string, count: number, allowEmpty: boolean): void {
  if (count > MAX_COUNT) {
    throw synthError(
      context,
      `there are ${count} items; the maximum is ${MAX_COUNT}, because Kubernetes counts in 32 bits`,
      'Let an item stand for more, or split the items into several runs.',
    );
  }
  if (count === 0 && !allowEmpty) {
    const hint = 'If that is intended, set allowEmpty. The Job is then complete at once.';
    throw synthError(context, 'there are no items', hint);
  }
}
