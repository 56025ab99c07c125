/** The file name of piece `n` of the items. In the order of their names, the pieces form one gzip stream. */
export function itemsPiece(n: number): string {
  return `items-${String(n).padStart(4, '0')}.gz`;
}

/** The head of an item's frame: the item's length as four bytes, big-endian. */
export function frameHead(item: Uint8Array): Buffer {
  const head = Buffer.allocUnsafe(FRAME_HEAD);
  head.writeUInt32BE(item.length);
  return head;
}

/** Joins items into one sequence of bytes, each after its {@link frameHead}. Strings are written in UTF-8. */
export function frameItems(items: readonly (string | Uint8Array)[]): Buffer {
  const lengths = items.map((item) => (typeof item === 'string' ? Buffer.byteLength(item) : item.length));
  const framed = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + FRAME_HEAD + length, 0));
  let at = 0;
  for (const [n, item] of items.entries()) {
    at = framed.writeUInt32BE(lengths[n], at);
    if (typeof item === 'string') framed.write(item, at);
    else framed.set(item, at);
    at += lengths[n];
  }
  return framed;
}

const FRAME_HEAD = 4;

/** Reads the output of {@link frameItems}: it returns each item by its number, without an object for each item. */
export class FramedItems {
  /** The start of each item's frame, and then the end of the last one. */
  private readonly starts: Uint32Array;

  /** @throws if the bytes end in the middle of an item */
  constructor(private readonly framed: Buffer) {
    const { length } = framed;
    const end = (at: number) => (at + FRAME_HEAD <= length ? at + FRAME_HEAD + framed.readUInt32BE(at) : Infinity);
    let count = 0;
    for (let at = 0; at < length; at = end(at)) {
      if (end(at) > length) {
        throw new Error(`the items are cut off: an item begins at byte ${at} of ${length} and does not end`);
      }
      count++;
    }
    this.starts = new Uint32Array(count + 1);
    for (let n = 0; n < count; n++) this.starts[n + 1] = end(this.starts[n]);
  }

  get count(): number {
    return this.starts.length - 1;
  }

  item(n: number): Buffer {
    return this.framed.subarray(this.starts[n] + FRAME_HEAD, this.starts[n + 1]);
  }

  lengthOf(n: number): number {
    return this.starts[n + 1] - this.starts[n] - FRAME_HEAD;
  }

  /** The frames of the first `count` items. */
  head(count: number): Buffer {
    return this.framed.subarray(0, this.starts[count]);
  }
}
