import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FramedItems } from '../contract';
import { type ItemSequence, readStream } from '../item-formula';

/** Where the items are, and what there has to be. */
export interface ItemsSettings {
  readonly itemsFolder: string;
  readonly itemCount: number;
  /** SHA-256 of the unpacked stream, in hex. */
  readonly digest: string;
}

/** The items that the synth has packed. Nothing is unfolded yet. */
export function readItems({ itemsFolder, itemCount, digest }: ItemsSettings): ItemSequence {
  const pieces = readdirSync(itemsFolder)
    .filter((name) => name.endsWith('.gz'))
    .sort();
  const framed = gunzipSync(Buffer.concat(pieces.map((name) => readFileSync(join(itemsFolder, name)))));
  const actual = createHash('sha256').update(framed).digest('hex');
  if (actual !== digest) throw notThoseOfTheSynth(`digest ${actual}, not ${digest}`);
  const items = readStream(new FramedItems(framed));
  if (items.count !== itemCount) throw notThoseOfTheSynth(`${items.count} of them, not ${itemCount}`);
  return items;
}

function notThoseOfTheSynth(difference: string): Error {
  return new Error(
    `the items in the ConfigMaps are not those of the synth: ${difference}; apply the synthesized manifest again`,
  );
}
