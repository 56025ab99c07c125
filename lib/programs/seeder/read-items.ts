import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ItemSequence, readStream } from '../../contract/item-formula';
import { FramedItems } from '../../contract/item-frames';
import { FinalError } from '../runtime/exit-status';

/** Where the items are, and what they must be. */
export interface ItemsSettings {
  readonly itemsFolder: string;
  readonly itemCount: number;
  /** SHA-256 of the unpacked stream, in hex. */
  readonly digest: string;
}

/** The items that the synth has packed. None is unfolded yet. */
export function readItems({ itemsFolder, itemCount, digest }: ItemsSettings): ItemSequence {
  const framed = readFramed(itemsFolder);
  const actual = createHash('sha256').update(framed).digest('hex');
  if (actual !== digest) throw notThoseOfTheSynth(`digest ${actual}, not ${digest}`);
  const items = readStream(new FramedItems(framed));
  if (items.count !== itemCount) throw notThoseOfTheSynth(`${items.count} items, not ${itemCount}`);
  return items;
}

function readFramed(folder: string): Buffer {
  try {
    const pieces = readdirSync(folder)
      .filter((name) => name.endsWith('.gz'))
      .sort();
    return gunzipSync(Buffer.concat(pieces.map((name) => readFileSync(join(folder, name)))));
  } catch (error) {
    throw notThoseOfTheSynth((error as Error).message);
  }
}

function notThoseOfTheSynth(difference: string): FinalError {
  return new FinalError(
    `the items in the ConfigMaps differ from those of the synth: ${difference}; apply the synthesized manifest again`,
  );
}
