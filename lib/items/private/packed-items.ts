import { createHash } from 'node:crypto';
import type { Formula } from '../../contract/item-formula';
import { frameItems } from '../../contract/item-frames';
import { CONFIG_MAP_BYTES } from '../../manifest/config-map';
import { synthError } from '../../validation/synth-error';
import { gzip } from './gzip';
import { ITEM_HINT } from './item-bytes';

/**
 * The maximum number of ConfigMaps. It keeps the manifest below the limits of editors, GitOps tools and `kubectl
 * apply`. The seeder mounts all ConfigMaps as one volume.
 */
const MAX_PIECES = 32;

/** The maximum size of the items before compression, because the seeder holds the literal items in memory. */
const MAX_FRAMED_BYTES = 128 * 2 ** 20;

/**
 * Items as they travel to the seeder: the formula and its literal items, framed, compressed, and cut into pieces that
 * fit a ConfigMap. The seeder reads them with `readStream` of `item-formula.ts`.
 */
export class PackedItems {
  /** @param literals the frames of the literal items, in the order of the formula */
  public static of(context: string, formula: Formula, literals: readonly Buffer[]): PackedItems {
    const stream = [frameItems([JSON.stringify(formula)]), ...literals];
    const streamBytes = stream.reduce((sum, { length }) => sum + length, 0);
    if (streamBytes > MAX_FRAMED_BYTES) {
      const problem = `all items together have ${streamBytes} bytes; the maximum is ${MAX_FRAMED_BYTES}`;
      throw synthError(context, problem, ITEM_HINT);
    }
    const framed = Buffer.concat(stream);
    const zipped = gzip(framed);
    const pieces: Buffer[] = [];
    for (let at = 0; at < zipped.length; at += CONFIG_MAP_BYTES) {
      pieces.push(zipped.subarray(at, at + CONFIG_MAP_BYTES));
    }
    if (pieces.length > MAX_PIECES) {
      const max = `${MAX_PIECES * CONFIG_MAP_BYTES} (${MAX_PIECES} ConfigMaps)`;
      const problem = `all items together have ${zipped.length} bytes when compressed; the maximum is ${max}`;
      throw synthError(context, problem, ITEM_HINT);
    }
    return new PackedItems(createHash('sha256').update(framed).digest('hex'), framed.length, pieces);
  }

  private constructor(
    /** SHA-256, in hex, of the stream before it is compressed. */
    public readonly digest: string,
    public readonly framedBytes: number,
    public readonly pieces: Buffer[],
  ) {}
}
