import { SizeRoundingBehavior } from 'cdk8s';
import type { IBroker } from '../broker';
import type { ItemSequence } from '../item-formula';
import { MOST_COUNT } from './check';
import { ITEM_CURE } from './item-bytes';
import { MESSAGE_BYTES } from './rabbitmq-config';

/**
 * The worker's pod holds two items in a memory volume of 64 MiB, which counts towards the 256 MiB of the courier, and the
 * courier holds what it reads beside it: whatever the broker takes, larger items could kill it.
 */
const MOST_ITEM_BYTES = 16 * 2 ** 20;

/** For sets that cannot be empty: ranges with both ends, and products. */
export const NOTHING_TO_DO = 'Where there may be nothing to do, take WorkItems.list([], { allowEmpty: true }) instead.';

export function requireItems(where: string, count: number, allowEmpty: boolean): void {
  if (count > MOST_COUNT) {
    throw new Error(
      `${where}: there are ${count} items; at most ${MOST_COUNT} are possible, as Kubernetes counts in 32 bits. Let an item ` +
        'stand for more, or make several runs.',
    );
  }
  if (count === 0 && !allowEmpty) {
    throw new Error(
      `${where}: there are no items. If that may be, pass { allowEmpty: true }: the Job is then complete at once.`,
    );
  }
}

/** An item travels as one message. `longest` is the length of the longest one. */
export function requireItemsFit(where: string, items: ItemSequence, longest: number, broker: IBroker): void {
  const brokerBytes = broker.maxMessageSize
    ? Math.floor(broker.maxMessageSize.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) * 1024)
    : MESSAGE_BYTES;
  const most = Math.min(brokerBytes, MOST_ITEM_BYTES);
  if (longest <= most) return;
  for (let n = 0; n < items.count; n++) {
    const { length } = items.item(n);
    if (length > most) {
      const whose = most === brokerBytes ? "the broker's limit for a message" : 'the limit for an item';
      throw new Error(`${where}: item ${n}, counted from 0, has ${length} bytes; ${whose} is ${most}. ${ITEM_CURE}`);
    }
  }
}
