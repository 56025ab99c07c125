import { createHash } from 'node:crypto';
import type { Formula } from '../../contract/item-formula';
import { frameItems } from '../../contract/item-frames';
import { CONFIG_MAP_BYTES } from '../../manifest/config-map';
import { gzip } from './gzip';
import { ITEM_HINT } from './item-bytes';

/** The manifest stays below what editors, GitOps tools and `kubectl apply` take; the seeder mounts all of them as one volume. */
const MAX_PIECES = 32;

/** The seeder holds the literal items in memory. */
const MAX_FRAMED_BYTES = 128 * 2 ** 20;

/**
 * Items as they travel: the formula and its literal items, framed, compressed, and cut into pieces that fit a ConfigMap. See
 * `readStream` in `item-formula.ts` for the way back.
 */
export class PackedItems {
  /** @param literals the frames of the literal items, in the order of the formula */
  public static of(context: string, formula: Formula, literals: readonly Buffer[]): PackedItems {
    const stream = [frameItems([JSON.stringify(formula)]), ...literals];
    const streamBytes = stream.reduce((sum, { length }) => sum + length, 0);
    if (streamBytes > MAX_FRAMED_BYTES) {
      throw new Error(
        `${context}: all items have ${streamBytes} bytes; at most ${MAX_FRAMED_BYTES} are possible. ${ITEM_HINT}`,
      );
    }
    const framed = Buffer.concat(stream);
    const zipped = gzip(framed);
    const pieces: Buffer[] = [];
    for (let at = 0; at < zipped.length; at += CONFIG_MAP_BYTES) {
      pieces.push(zipped.subarray(at, at + CONFIG_MAP_BYTES));
    }
    if (pieces.length > MAX_PIECES) {
      throw new Error(
        `${context}: all items have ${zipped.length} bytes when compressed; at most ${MAX_PIECES * CONFIG_MAP_BYTES} ` +
          `(${MAX_PIECES} ConfigMaps) are possible. ${ITEM_HINT}`,
      );
    }
    return new PackedItems(createHash('sha256').update(framed).digest('hex'), framed.length, pieces);
  }

  private constructor(
    /** SHA-256 of what travels, before it is compressed, in hex. */
    public readonly digest: string,
    public readonly framedBytes: number,
    public readonly pieces: Buffer[],
  ) {}
}
