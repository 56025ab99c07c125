import * as fc from 'fast-check';
import { WorkItems } from '../../lib';

/** Items, and the strings that a second, simpler implementation expects. */
export interface ItemsModel {
  readonly items: WorkItems;
  readonly expected: readonly string[];
}

const allowEmpty = true;
const span = (count: number) => Array.from({ length: count }, (_, n) => n);
const whole = fc.integer({ min: -1000, max: 1000 });

const list = fc
  .array(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 12 })
  // A list of several items whose last one is empty is an error.
  .map((texts) => (texts.at(-1) === '' ? [...texts, 'last'] : texts))
  .map((texts) => ({ items: WorkItems.list(texts, { allowEmpty }), expected: texts }));

const range = fc
  .record({ from: whole, count: fc.integer({ min: 1, max: 30 }), step: fc.integer({ min: 1, max: 50 }) })
  .map(({ from, count, step }) => ({
    items: WorkItems.range(from, from + (count - 1) * step, { step }),
    expected: span(count).map((n) => String(from + n * step)),
  }));

/** Ranges of hundredths, whose sums are exact if they are calculated as whole numbers. */
const decimals = fc
  .record({ from: whole, count: fc.integer({ min: 1, max: 30 }), step: fc.integer({ min: 1, max: 50 }) })
  .map(({ from, count, step }) => ({
    items: WorkItems.range(from / 100, (from + (count - 1) * step) / 100, { step: step / 100, format: '<%.2f>' }),
    expected: span(count).map((n) => `<${((from + n * step) / 100).toFixed(2)}>`),
  }));

const frames = fc
  .record({ first: fc.nat(2000), count: fc.integer({ min: 1, max: 30 }), width: fc.integer({ min: 1, max: 6 }) })
  .map(({ first, count, width }) => ({
    items: WorkItems.frames(`ä_%0${width}d.exr`, first, first + count - 1),
    expected: span(count).map((n) => `ä_${String(first + n).padStart(width, '0')}.exr`),
  }));

const keys = fc
  .record({ from: whole, length: fc.nat(100), size: fc.integer({ min: 1, max: 30 }), big: fc.boolean() })
  .map(({ from, length, size, big }) => {
    const to = from + length;
    const value = (key: number) => (big ? String(key) : key);
    return {
      items: big
        ? WorkItems.bigKeyRanges({ from: `${from}`, to: `${to}`, size: `${size}`, allowEmpty })
        : WorkItems.keyRanges({ from, to, size, allowEmpty }),
      expected: span(Math.ceil(length / size)).map((n) =>
        JSON.stringify({ from: value(from + n * size), to: value(Math.min(to, from + (n + 1) * size)) }),
      ),
    };
  });

/** Any JSON, with objects of at most one level, whose numbers are not beyond 2^53. */
const json = fc.jsonValue({ maxDepth: 1 }).filter((value) => {
  const all: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  return all.every((one) => typeof one !== 'number' || Math.abs(one) < 2 ** 53);
});

/** The same with the members of an object in the order of their names. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const product = fc
  .record({
    a: fc.array(json, { minLength: 1, maxLength: 4 }),
    b: fc.array(fc.integer(), { minLength: 1, maxLength: 4 }),
    c: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
  })
  .map((axes) => ({
    items: WorkItems.product(axes),
    expected: axes.a.flatMap((a) => axes.b.flatMap((b) => axes.c.map((c) => JSON.stringify({ a: sorted(a), b, c })))),
  }));

const { model } = fc.letrec<{ model: ItemsModel }>((tie) => ({
  model: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    ...[list, range, decimals, frames, keys, product],
    fc.tuple(tie('model'), fc.array(tie('model'), { maxLength: 3 })).map(([first, others]) => ({
      items: first.items.concat(...others.map(({ items }) => items)),
      expected: [first, ...others].flatMap(({ expected }) => expected),
    })),
    fc.tuple(tie('model'), fc.maxSafeInteger()).map(([{ items, expected }, seed]) => ({
      items: items.shuffled(seed),
      expected: orderOf(expected.length, seed).map((n) => expected[n]),
    })),
    fc.tuple(tie('model'), fc.nat(40)).map(([{ items, expected }, count]) => ({
      items: items.take(count, { allowEmpty }),
      expected: expected.slice(0, count),
    })),
  ),
}));

/** Any formula with a few hundred items. */
export const itemsModel = model;

/** The order of a shuffle, which is the same for all sets of the same size. */
function orderOf(count: number, seed: number): number[] {
  if (count === 0) return [];
  const { items } = WorkItems.range(0, count - 1).shuffled(seed)._content;
  return span(count).map((n) => Number(items.item(n)));
}
