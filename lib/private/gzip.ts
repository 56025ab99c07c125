/**
 * gzip whose output depends on nothing but the input. Node's zlib is not that: its bytes differ between releases, processors
 * and distributions (for eight fruits Node 20's zlib writes 76 bytes and Debian's 77). The names of the ConfigMaps are
 * hashes of these bytes, so the same list would be another one on the next machine.
 *
 * One block with the fixed Huffman codes of RFC 1951, section 3.2.6: short, and for lists of names 1.4 times what zlib needs.
 */
export function gzip(bytes: Uint8Array): Buffer {
  const out = new BitWriter(bytes.length);
  // RFC 1952: no name, no time, operating system unknown.
  for (const byte of [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]) out.bits(byte, 8);
  out.bits(0b011, 3);
  deflate(bytes, out);
  symbol(out, END_OF_BLOCK);
  out.align();
  for (const word of [crc32(bytes), bytes.length]) {
    for (let shift = 0; shift < 32; shift += 8) out.bits((word >>> shift) & 255, 8);
  }
  return out.written();
}

const END_OF_BLOCK = 256;
const SHORTEST_MATCH = 3;
const LONGEST_MATCH = 258;
const WINDOW = 32_768;
/** How many earlier places are tried for a match. */
const TRIES = 32;

class BitWriter {
  private readonly buffer: Buffer;
  private at = 0;
  private pending = 0;
  private count = 0;

  constructor(inputLength: number) {
    // A literal has at most 9 bits.
    this.buffer = Buffer.alloc(Math.ceil((inputLength * 9) / 8) + 32);
  }

  /** Writes up to 16 bits, the lowest first. */
  bits(value: number, count: number): void {
    this.pending |= value << this.count;
    this.count += count;
    for (; this.count >= 8; this.count -= 8) {
      this.buffer[this.at++] = this.pending & 255;
      this.pending >>>= 8;
    }
  }

  /** Writes a Huffman code: the highest bit first. */
  code(value: number, count: number): void {
    let reversed = 0;
    for (let n = 0; n < count; n++) reversed |= ((value >> n) & 1) << (count - 1 - n);
    this.bits(reversed, count);
  }

  align(): void {
    if (this.count > 0) this.bits(0, 8 - this.count);
  }

  written(): Buffer {
    return this.buffer.subarray(0, this.at);
  }
}

function deflate(bytes: Uint8Array, out: BitWriter): void {
  /** The last place of each hash of three bytes, and for each place in the window the one before it. */
  const heads = new Int32Array(WINDOW).fill(-1);
  const previous = new Int32Array(WINDOW);
  const hashed = bytes.length - SHORTEST_MATCH;
  let at = 0;
  while (at < bytes.length) {
    const match = at <= hashed ? longestMatch(bytes, at, heads, previous) : undefined;
    if (match) {
      length(out, match.length);
      distance(out, match.distance);
    } else {
      symbol(out, bytes[at]);
    }
    for (const end = at + (match?.length ?? 1); at < end; at++) {
      if (at > hashed) continue;
      const hash = hashOf(bytes, at);
      previous[at % WINDOW] = heads[hash];
      heads[hash] = at;
    }
  }
}

interface Match {
  readonly length: number;
  readonly distance: number;
}

function longestMatch(bytes: Uint8Array, at: number, heads: Int32Array, previous: Int32Array): Match | undefined {
  const most = Math.min(LONGEST_MATCH, bytes.length - at);
  let best: Match | undefined;
  let candidate = heads[hashOf(bytes, at)];
  for (let tries = TRIES; tries > 0 && candidate >= 0 && at - candidate < WINDOW; tries--) {
    let same = 0;
    while (same < most && bytes[candidate + same] === bytes[at + same]) same++;
    if (same >= SHORTEST_MATCH && same > (best?.length ?? 0)) best = { length: same, distance: at - candidate };
    if (same === most) break;
    candidate = previous[candidate % WINDOW];
  }
  return best;
}

function hashOf(bytes: Uint8Array, at: number): number {
  const three = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
  return Math.imul(three, 0x9e3779b1) >>> 17;
}

function symbol(out: BitWriter, value: number): void {
  if (value < 144) out.code(0x30 + value, 8);
  else if (value < 256) out.code(0x190 + value - 144, 9);
  else if (value < 280) out.code(value - 256, 7);
  else out.code(0xc0 + value - 280, 8);
}

/** RFC 1951, section 3.2.5: groups of four codes, each with one more extra bit than the group before. */
function length(out: BitWriter, value: number): void {
  if (value === LONGEST_MATCH) {
    symbol(out, 285);
    return;
  }
  const n = value - SHORTEST_MATCH;
  const extra = Math.max(0, log2(n) - 2);
  symbol(out, n < 8 ? 257 + n : 257 + 4 * extra + (n >> extra));
  out.bits(n & ((1 << extra) - 1), extra);
}

/** The same in groups of two. */
function distance(out: BitWriter, value: number): void {
  const n = value - 1;
  const extra = Math.max(0, log2(n) - 1);
  out.code(2 * extra + (n >> extra), 5);
  out.bits(n & ((1 << extra) - 1), extra);
}

/** Rounded down; exact, as Math.log2 need not be. -1 for 0. */
function log2(n: number): number {
  return 31 - Math.clz32(n);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let n = 0; n < 8; n++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
