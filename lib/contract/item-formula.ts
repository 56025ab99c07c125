/**
 * Sets of items as formulas, which stay small however many items they stand for. The constructs create formulas, and
 * the seeder unfolds them into items. The constructs unfold them with the same code, to know how many items there are
 * and how long they are.
 */
import { createHash } from 'node:crypto';

/** How a number is written, as in printf(3): its digits after the point, and its padding up to a width. */
export interface NumberFormat {
  readonly before: string;
  readonly after: string;
  readonly decimals: number;
  readonly width: number;
  readonly fill: '0' | ' ';
}

export interface Axis {
  readonly name: string;
  /** Each value is JSON on one line. */
  readonly values: readonly string[];
}

/** A set of items as a tree. Whole numbers of any size are strings in decimal. */
export type Formula =
  /** The next `count` of the literal items that come with the formula. Nodes of this kind are counted depth first. */
  | { readonly kind: 'literals'; readonly count: number }
  /** Numbers at equal distances. `first` and `step` are in units of 10^-scale. */
  | {
      readonly kind: 'range';
      readonly first: string;
      readonly step: string;
      readonly scale: number;
      readonly count: number;
      readonly format: NumberFormat;
    }
  /**
   * Half-open ranges of keys as JSON objects. The last range may be shorter. If `quoted`, keys are JSON strings, not
   * numbers.
   */
  | {
      readonly kind: 'keyRanges';
      readonly from: string;
      readonly to: string;
      readonly size: string;
      readonly quoted: boolean;
    }
  /** All combinations as JSON objects. The first axis changes slowest. */
  | { readonly kind: 'product'; readonly axes: readonly Axis[] }
  | { readonly kind: 'concat'; readonly parts: readonly Formula[] }
  | { readonly kind: 'shuffled'; readonly of: Formula; readonly seed: number }
  | { readonly kind: 'take'; readonly of: Formula; readonly count: number };

/** Literal items by their number. */
export interface Literals {
  readonly count: number;
  item(n: number): Buffer;
  lengthOf(n: number): number;
}

/** Items by their number. Each item is created only when it is requested. */
export interface ItemSequence {
  readonly count: number;
  /**
   * The length in bytes of the longest of the first `count` items. It is 0 if `count` is 0. For a part of a shuffle,
   * each item has to be created.
   */
  longestOf(count: number): number;
  /**
   * How many bytes the first `count` items have together, or somewhat more: it takes no time, however many numbers a
   * formula stands for.
   */
  bytesOf(count: number): number;
  item(n: number): Buffer;
}

/**
 * Returns the items that a formula stands for.
 *
 * @throws if the number of literal items differs from that in the formula
 */
export function unfold(formula: Formula, literals: Literals): ItemSequence {
  let used = 0;
  const sequence = (node: Formula): ItemSequence => {
    switch (node.kind) {
      case 'literals':
        used += node.count;
        return new LiteralItems(literals, used - node.count, node.count);
      case 'range':
        return new Range(node);
      case 'keyRanges':
        return new KeyRanges(node);
      case 'product':
        return new Product(node.axes);
      case 'concat':
        return new Concat(node.parts.map(sequence));
      case 'shuffled':
        return new Shuffled(sequence(node.of), node.seed);
      case 'take':
        return new Take(sequence(node.of), node.count);
    }
  };
  const all = sequence(formula);
  if (used !== literals.count) throw new Error(`the formula has ${used} literal items, not ${literals.count}`);
  return all;
}

/**
 * Returns the items of a stream as it travels to the seeder. A stream consists of frames, see `frameItems` in
 * `item-frames.ts`. The first frame contains the formula as JSON, and the others contain its literal items.
 */
export function readStream(frames: Literals): ItemSequence {
  return unfold(JSON.parse(frames.item(0).toString()), {
    count: frames.count - 1,
    item: (n) => frames.item(n + 1),
    lengthOf: (n) => frames.lengthOf(n + 1),
  });
}

class LiteralItems implements ItemSequence {
  constructor(
    private readonly literals: Literals,
    private readonly start: number,
    readonly count: number,
  ) {}

  longestOf(count: number): number {
    let longest = 0;
    for (let n = 0; n < count; n++) longest = Math.max(longest, this.literals.lengthOf(this.start + n));
    return longest;
  }

  bytesOf(count: number): number {
    let bytes = 0;
    for (let n = 0; n < count; n++) bytes += this.literals.lengthOf(this.start + n);
    return bytes;
  }

  item(n: number): Buffer {
    return this.literals.item(this.start + n);
  }
}

/** Items of which the first or the last is the longest. That holds for decimal numbers in their order. */
abstract class Progression implements ItemSequence {
  abstract readonly count: number;
  protected abstract text(n: bigint): string;

  longestOf(count: number): number {
    return count === 0 ? 0 : Math.max(this.item(0).length, this.item(count - 1).length);
  }

  bytesOf(count: number): number {
    return count * this.longestOf(count);
  }

  item(n: number): Buffer {
    return Buffer.from(this.text(BigInt(n)));
  }
}

class Range extends Progression {
  readonly count: number;
  private readonly first: bigint;
  private readonly step: bigint;
  private readonly divisor: bigint;

  constructor(private readonly formula: Formula & { kind: 'range' }) {
    super();
    const surplus = formula.scale - formula.format.decimals;
    const factor = 10n ** BigInt(Math.max(0, -surplus));
    this.count = formula.count;
    this.first = BigInt(formula.first) * factor;
    this.step = BigInt(formula.step) * factor;
    this.divisor = 10n ** BigInt(Math.max(0, surplus));
  }

  protected text(n: bigint): string {
    const { before, after, decimals, width, fill } = this.formula.format;
    const value = rounded(this.first + n * this.step, this.divisor);
    const sign = value < 0n ? '-' : '';
    const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
    const point = digits.length - decimals;
    const number = decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
    const filled = fill === '0' ? sign + number.padStart(width - sign.length, '0') : (sign + number).padStart(width);
    return before + filled + after;
  }
}

/** Rounds to the nearest number, and from the middle to the even one, as printf(3) does. */
function rounded(value: bigint, divisor: bigint): bigint {
  if (divisor === 1n) return value;
  const size = value < 0n ? -value : value;
  const twice = (size % divisor) * 2n;
  const down = size / divisor;
  const up = twice > divisor || (twice === divisor && down % 2n === 1n);
  const result = up ? down + 1n : down;
  return value < 0n ? -result : result;
}

class KeyRanges extends Progression {
  readonly count: number;
  private readonly from: bigint;
  private readonly to: bigint;
  private readonly size: bigint;
  private readonly quote: string;

  constructor(formula: Formula & { kind: 'keyRanges' }) {
    super();
    this.from = BigInt(formula.from);
    this.to = BigInt(formula.to);
    this.size = BigInt(formula.size);
    this.quote = formula.quoted ? '"' : '';
    this.count = Number((this.to - this.from + this.size - 1n) / this.size);
  }

  protected text(n: bigint): string {
    const { quote } = this;
    const from = this.from + n * this.size;
    let to = from + this.size;
    if (to > this.to) to = this.to;
    return `{"from":${quote}${from}${quote},"to":${quote}${to}${quote}}`;
  }
}

class Product implements ItemSequence {
  readonly count: number;
  /** For each axis, `"name":value` for each of its values. */
  private readonly members: readonly (readonly string[])[];

  constructor(axes: readonly Axis[]) {
    this.members = axes.map(({ name, values }) => values.map((value) => `${JSON.stringify(name)}:${value}`));
    this.count = axes.reduce((count, { values }) => count * values.length, 1);
  }

  longestOf(count: number): number {
    const lengths = this.members.map((axis) => axis.map((one) => Buffer.byteLength(one)));
    const longestIn = (axis: number[]) => axis.reduce((max, length) => Math.max(max, length), 0);
    let longest = 0;
    let taken = this.members.length + 1; // the braces, and the commas between the members
    let following = lengths.reduce((sum, axis) => sum + longestIn(axis), 0);
    let each = this.count;
    let left = count;
    // The first `count` items end before the item with the number `count`. The loop follows the values of that item:
    // each smaller value of an axis has all its combinations with the following axes among the first `count` items.
    for (const axis of lengths) {
      following -= longestIn(axis);
      each /= axis.length;
      const whole = Math.floor(left / each);
      if (whole > 0) longest = Math.max(longest, taken + longestIn(axis.slice(0, whole)) + following);
      left -= whole * each;
      if (left === 0) break;
      taken += axis[whole];
    }
    return longest;
  }

  bytesOf(count: number): number {
    if (count < this.count) return count * this.longestOf(count);
    const punctuation = this.members.length + 1; // as in `longestOf`
    return this.members.reduce((bytes, axis) => {
      const ofAxis = axis.reduce((sum, member) => sum + Buffer.byteLength(member), 0);
      return bytes + ofAxis * (this.count / axis.length);
    }, punctuation * this.count);
  }

  item(n: number): Buffer {
    const chosen: string[] = [];
    let rest = n;
    for (let axis = this.members.length - 1; axis >= 0; axis--) {
      const { length } = this.members[axis];
      chosen[axis] = this.members[axis][rest % length];
      rest = Math.floor(rest / length);
    }
    return Buffer.from(`{${chosen.join(',')}}`);
  }
}

class Concat implements ItemSequence {
  readonly count: number;
  /** The number of each part's first item. */
  private readonly starts: number[] = [];

  constructor(private readonly parts: readonly ItemSequence[]) {
    let count = 0;
    for (const part of parts) {
      this.starts.push(count);
      count += part.count;
    }
    this.count = count;
  }

  longestOf(count: number): number {
    return this.parts.reduce((longest, part, n) => {
      const taken = Math.min(part.count, count - this.starts[n]);
      return taken > 0 ? Math.max(longest, part.longestOf(taken)) : longest;
    }, 0);
  }

  bytesOf(count: number): number {
    return this.parts.reduce((bytes, part, n) => {
      const taken = Math.min(part.count, count - this.starts[n]);
      return taken > 0 ? bytes + part.bytesOf(taken) : bytes;
    }, 0);
  }

  item(n: number): Buffer {
    let low = 0;
    let high = this.parts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle] <= n) low = middle;
      else high = middle;
    }
    return this.parts[low].item(n - this.starts[low]);
  }
}

class Take implements ItemSequence {
  readonly count: number;

  constructor(
    private readonly of: ItemSequence,
    count: number,
  ) {
    this.count = Math.min(count, of.count);
  }

  longestOf(count: number): number {
    return this.of.longestOf(count);
  }

  bytesOf(count: number): number {
    return this.of.bytesOf(count);
  }

  item(n: number): Buffer {
    return this.of.item(n);
  }
}

class Shuffled implements ItemSequence {
  private order: Uint32Array | undefined;

  constructor(
    private readonly of: ItemSequence,
    private readonly seed: number,
  ) {}

  get count(): number {
    return this.of.count;
  }

  longestOf(count: number): number {
    if (count === this.count) return this.of.longestOf(count);
    let longest = 0;
    for (let n = 0; n < count; n++) longest = Math.max(longest, this.item(n).length);
    return longest;
  }

  bytesOf(count: number): number {
    const all = this.of.bytesOf(this.count);
    return count === this.count ? all : Math.min(all, count * this.longestOf(count));
  }

  item(n: number): Buffer {
    this.order ??= shuffledOrder(this.count, this.seed);
    return this.of.item(this.order[n]);
  }
}

/**
 * A permutation of the numbers 0 to count - 1, by the algorithm of Fisher and Yates. It is always the same for a seed.
 */
function shuffledOrder(count: number, seed: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let n = 0; n < count; n++) order[n] = n;
  const random = xoshiro128starstar(createHash('sha256').update(String(seed)).digest());
  for (let last = count - 1; last > 0; last--) {
    const choices = last + 1;
    // 2^32 is not always a multiple of the number of choices. The surplus numbers at the end would favour some choices.
    const end = 2 ** 32 - (2 ** 32 % choices);
    let number = random();
    while (number >= end) number = random();
    const other = number % choices;
    const kept = order[last];
    order[last] = order[other];
    order[other] = kept;
  }
  return order;
}

/**
 * Returns random numbers of 32 bits. It is xoshiro128** 1.1 by David Blackman and Sebastiano Vigna, in the public
 * domain: https://prng.di.unimi.it/xoshiro128starstar.c. Math.random has no seed, and its algorithm may change.
 */
function xoshiro128starstar(state: Buffer): () => number {
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => state.readInt32LE(at));
  const rotated = (x: number, by: number) => (x << by) | (x >>> (32 - by));
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotated(d, 11);
    return result;
  };
}
