import { type Size, SizeRoundingBehavior } from 'cdk8s';
import type { ItemSequence } from '../contract/item-formula';
import { DEFAULT_MESSAGE_BYTES, MAX_ITEM_BYTES } from '../contract/limits';
import { synthError } from '../validation/synth-error';
import { ITEM_HINT } from './private/item-bytes';

/**
 * Checks that no item is too large to travel as one message.
 *
 * @param longest the length of the longest item, in bytes
 */
export function requireItemsFit(
  context: string,
  items: ItemSequence,
  longest: number,
  maxMessageSize: Size | undefined,
): void {
  const brokerBytes = maxMessageSize
    ? Math.floor(maxMessageSize.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) * 1024)
    : DEFAULT_MESSAGE_BYTES;
  const max = Math.min(brokerBytes, MAX_ITEM_BYTES);
  if (longest <= max) return;
  for (let n = 0; n < items.count; n++) {
    const { length } = items.item(n);
    if (length > max) {
      const limit = max === brokerBytes ? "the broker's limit for a message" : 'the limit for an item';
      throw synthError(context, `item ${n}, counted from 0, has ${length} bytes; ${limit} is ${max}`, ITEM_HINT);
    }
  }
}
