import { WorkItems } from '../../../lib/index';
import { texts } from '../../support/items';

test('a product has all combinations, and the first axis changes slowest', () => {
  const items = WorkItems.product({ year: [2025, 2026], region: ['eu', 'us'] });
  expect(items.count).toBe(4);
  expect(texts(items)).toEqual([
    '{"year":2025,"region":"eu"}',
    '{"year":2025,"region":"us"}',
    '{"year":2026,"region":"eu"}',
    '{"year":2026,"region":"us"}',
  ]);
});

test('the values of a product may be any JSON, with duplicates', () => {
  const values = ['1', 1, 0.5, true, null, [1, { a: [] }], { b: { c: 'ä' } }, '1', Object.create(null)];
  expect(texts(WorkItems.product({ 'any "x"': values }))).toEqual(
    values.map((value) => JSON.stringify({ 'any "x"': value })),
  );
});

test('a product accepts an axis with a single value', () => {
  const items = WorkItems.product({ a: [1, 2, 3], b: ['x'], c: [true, false] });
  expect(texts(items)).toEqual([1, 2, 3].flatMap((a) => [true, false].map((c) => JSON.stringify({ a, b: 'x', c }))));
});

const around: unknown[] = [];
around.push(around);

test.each<[string, Record<string, unknown[]>, RegExp]>([
  ['without an axis', {}, /WorkItems\.product: there is no axis\. Give at least one/],
  [
    'with an empty axis',
    { a: [1], b: [] },
    /axis "b" has no values, so there would be no items\. .* nothing to do, use WorkItems\.list\(\[\], \{ allow/,
  ],
  ['with an axis that is not a list', { a: 'text' as unknown as string[] }, /axis "a" is of type string, not an array/],
  [
    'with a name that JavaScript moves',
    { b: [1], 2: [1] },
    /an axis is named "2"; JavaScript puts such names before all others/,
  ],
  ['of undefined', { a: [1, undefined] }, /axis "a": value 1 is or contains undefined, which is not JSON/],
  ['of an array with a hole', { a: new Array(1) }, /value 0 is or contains undefined/],
  ['of NaN', { a: [Number.NaN] }, /is or contains NaN/],
  ['of -Infinity', { a: [{ b: [Number.NEGATIVE_INFINITY] }] }, /is or contains -Infinity/],
  ['of a function', { a: [() => 1] }, /is or contains function/],
  ['of a bigint', { a: [1n] }, /is or contains bigint/],
  ['of a symbol', { a: [Symbol('x')] }, /is or contains symbol/],
  ['of a date', { a: [new Date(0)] }, /is or contains an object of class Date/],
  ['of a map', { a: [[new Map()]] }, /is or contains an object of class Map/],
  ['of undefined in an object', { a: [{ b: undefined }] }, /is or contains undefined/],
  ['of an array that contains itself', { a: [around] }, /value 0 contains itself/],
  [
    'of too many items',
    Object.fromEntries(['a', 'b', 'c', 'd'].map((n) => [n, new Array(300).fill(0)])),
    /there are 8100000000 items/,
  ],
])('a product %s is an error', (_, axes, message) => {
  expect(() => WorkItems.product(axes)).toThrow(message);
});
