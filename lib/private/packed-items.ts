import { createHash } from 'node:crypto';
import { frameItems } from '../contract';
import { CONFIG_MAP_BYTES } from './config-map';
import { gzip } from './gzip';
import { isWellFormed } from './well-formed';

/** Far below RabbitMQ's own limit of 16 MiB (https://www.rabbitmq.com/docs/configure), which a broker's owner may lower. */
const MOST_ITEM_BYTES = 2 ** 20;

/** The manifest stays below what editors, GitOps tools and `kubectl apply` take; the seeder mounts all of them as one volume. */
const MOST_PIECES = 32;

/** The seeder holds the items in memory. */
const MOST_FRAMED_BYTES = 128 * 2 ** 20;

const CURE = 'Put the data where the pods can read it (a volume, an object store) and let the items name it.';

/** Items as they travel: framed, compressed, and cut into pieces that fit a ConfigMap. */
export class PackedItems {
  public static of(where: string, items: Buffer[]): PackedItems {
    const framed = frameItems(items);
    if (framed.length > MOST_FRAMED_BYTES) {
      throw new Error(
        `${where}: all items have ${framed.length} bytes; at most ${MOST_FRAMED_BYTES} are possible. ${CURE}`,
      );
    }
    const zipped = gzip(framed);
    const pieces: Buffer[] = [];
    for (let at = 0; at < zipped.length; at += CONFIG_MAP_BYTES) {
      pieces.push(zipped.subarray(at, at + CONFIG_MAP_BYTES));
    }
    if (pieces.length > MOST_PIECES) {
      throw new Error(
        `${where}: all items have ${zipped.length} bytes when compressed; at most ${MOST_PIECES * CONFIG_MAP_BYTES} ` +
          `(${MOST_PIECES} ConfigMaps) are possible. ${CURE}`,
      );
    }
    return new PackedItems(createHash('sha256').update(framed).digest('hex'), framed.length, pieces);
  }

  private constructor(
    /** SHA-256 of the framed items, in hex. */
    public readonly digest: string,
    public readonly framedBytes: number,
    public readonly pieces: Buffer[],
  ) {}
}

export function requireItems(where: string, count: number, allowEmpty: boolean): void {
  if (count === 0 && !allowEmpty) {
    throw new Error(
      `${where}: there are no items. If that may be, pass { allowEmpty: true }: the Job is then complete at once.`,
    );
  }
}

export function itemBytes(where: string, text: string): Buffer {
  if (!isWellFormed(text)) {
    throw new Error(
      `${where} holds half of a surrogate pair and has no UTF-8 form. Pass its bytes with WorkItems.base64.`,
    );
  }
  return limited(where, Buffer.from(text, 'utf8'));
}

export function itemFromBase64(where: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) {
    throw new Error(
      `${where} is ${JSON.stringify(text.slice(0, 40))}, which is not base64 with padding. Encode it, as Buffer's toString('base64') does.`,
    );
  }
  return limited(where, bytes);
}

function limited(where: string, item: Buffer): Buffer {
  if (item.length > MOST_ITEM_BYTES) {
    throw new Error(`${where} has ${item.length} bytes; an item has at most ${MOST_ITEM_BYTES}. ${CURE}`);
  }
  return item;
}
