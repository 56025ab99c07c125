import { type Size, SizeRoundingBehavior } from 'cdk8s';
import type { ItemSequence } from '../contract/item-formula';
import { DEFAULT_MESSAGE_BYTES, MAX_ITEM_BYTES } from '../contract/limits';
import { ITEM_HINT } from './private/item-bytes';

/** An item travels as one message. `longest` is the length of the longest one. */
export function requireItemsFit(
  context: string,
  items: ItemSequence,
  longest: number,
  maxMessageSize: Size | undefined,
): void {
  const brokerBytes = maxMessageSize
    ? Math.floor(maxMessageSize.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) * 1024)
    : DEFAULT_MESSAGE_BYTES;
  const most = Math.min(brokerBytes, MAX_ITEM_BYTES);
  if (longest <= most) return;
  for (let n = 0; n < items.count; n++) {
    const { length } = items.item(n);
    if (length > most) {
      const whose = most === brokerBytes ? "the broker's limit for a message" : 'the limit for an item';
      throw new Error(`${context}: item ${n}, counted from 0, has ${length} bytes; ${whose} is ${most}. ${ITEM_HINT}`);
    }
  }
}
