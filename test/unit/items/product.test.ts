import { Axis, WorkItems } from '../../../lib/index';
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

test('the members of an object in a product are sorted by name, because maps of Java and Go keep no order', () => {
  const items = WorkItems.product({ a: [{ c: 1, 'b-1': [{ z: 1, y: { x: 1, w: 2 } }] }], B: [{ b: 1, a: 2 }] });
  expect(texts(items)).toEqual(['{"a":{"b-1":[{"y":{"w":2,"x":1},"z":1}],"c":1},"B":{"a":2,"b":1}}']);
});

test('undefined in a product is null, because the null of another language arrives as undefined', () => {
  const items = WorkItems.product({ a: [undefined, [undefined, 1], { b: undefined }, new Array(1)] });
  expect(texts(items)).toEqual(['{"a":null}', '{"a":[null,1]}', '{"a":{"b":null}}', '{"a":[null]}']);
});

test('the largest numbers that JavaScript can tell from their neighbours may be values of a product', () => {
  const { MAX_SAFE_INTEGER: most, MIN_SAFE_INTEGER: least } = Number;
  expect(texts(WorkItems.product({ a: [most, least] }))).toEqual([`{"a":${most}}`, `{"a":${least}}`]);
});

describe('combinations', () => {
  test('combinations of the same axes are the same items as their product, to the byte', () => {
    const product = WorkItems.product({ year: [2025, 2026], region: ['eu', null], 'any "x"': [{ b: 1, a: 2 }] });
    const combinations = WorkItems.combinations(
      Axis.of('year', [2025, 2026]),
      Axis.of('region', ['eu', null]),
      Axis.of('any "x"', [{ a: 2, b: 1 }]),
    );
    expect(combinations.count).toBe(4);
    expect(combinations._packed.digest).toBe(product._packed.digest);
  });

  test('combinations keep the order in which the axes are given', () => {
    const [year, region] = [Axis.of('year', [2025]), Axis.of('region', ['eu'])];
    expect(texts(WorkItems.combinations(year, region))).toEqual(['{"year":2025,"region":"eu"}']);
    expect(texts(WorkItems.combinations(region, year))).toEqual(['{"region":"eu","year":2025}']);
  });

  test('the name of an axis of combinations may be a whole number', () => {
    const items = WorkItems.combinations(Axis.of('b', [1]), Axis.of('2', [3]));
    expect(texts(items)).toEqual(['{"b":1,"2":3}']);
  });

  test.each<[string, () => unknown, string]>([
    [
      'combinations without an axis',
      () => WorkItems.combinations(),
      'WorkItems.combinations: there is no axis. Give at least one,',
    ],
    [
      'two axes of the same name',
      () => WorkItems.combinations(Axis.of('a', [1]), Axis.of('b', [1]), Axis.of('a', [2])),
      'WorkItems.combinations: axes 1 and 3 have the same name "a". Rename one, or give its values to the other.',
    ],
    [
      'combinations of something else',
      () => WorkItems.combinations({ name: 'a', values: [1] } as never),
      "WorkItems.combinations: axes[0] is an object with name, values; it must be an Axis. Write Axis.of('year', [2025, 2026]).",
    ],
    ['an axis without values', () => Axis.of('a', []), 'Axis.of: axis "a" has no values, so there would be no items.'],
    ['an axis without a list', () => Axis.of('a', 'x' as never), 'Axis.of: axis "a" is of type string, not an array.'],
    ['an axis without a name', () => Axis.of(1 as never, [1]), "Axis.of: name is 1; it must be a string. Write '1'."],
    ['a value that is not JSON', () => Axis.of('a', [1, new Date(0)]), 'Axis.of: axis "a": value 1 is or contains an'],
    [
      'a number beyond 2^53',
      () => Axis.of('a', [2 ** 53]),
      'Axis.of: axis "a": value 0 is or contains 9007199254740992',
    ],
  ])('%s is an error', (_, create, message) => {
    expect(create).toThrow(message);
  });
});

const around: unknown[] = [];
around.push(around);

test.each<[string, Record<string, unknown[]>, RegExp]>([
  ['without an axis', {}, /WorkItems\.product: there is no axis\. Give at least one/],
  [
    'with an empty axis',
    { a: [1], b: [] },
    /axis "b" has no values, so there would be no items\. .* nothing to do, use an empty WorkItems\.list and set allowEmpty/,
  ],
  ['with an axis that is not a list', { a: 'text' as unknown as string[] }, /axis "a" is of type string, not an array/],
  [
    'with a name that JavaScript moves',
    { b: [1], 2: [1] },
    /an axis is named "2"; JavaScript puts such names before all others.*Begin the name with a letter, or use WorkItems\.combinations/,
  ],
  [
    'of a whole number beyond 2^53',
    { a: [1, 2 ** 53] },
    /axis "a": value 1 is or contains 9007199254740992, which is beyond 2\^53: JavaScript cannot tell it from its neighbours\. Give it as a string/,
  ],
  ['of one below -(2^53)', { a: [-(2 ** 53)] }, /value 0 is or contains -9007199254740992, which is beyond 2\^53/],
  ['of one in an array in an object', { a: [{ b: [2 ** 60] }] }, /value 0 is or contains 1152921504606847000, which/],
  [
    'of a number that only a fraction could be',
    { a: [1e300] },
    /value 0 is or contains 1e\+300, which is beyond 2\^53/,
  ],
  ['of NaN', { a: [Number.NaN] }, /is or contains NaN/],
  ['of -Infinity', { a: [{ b: [Number.NEGATIVE_INFINITY] }] }, /is or contains -Infinity/],
  ['of a function', { a: [() => 1] }, /is or contains function/],
  ['of a bigint', { a: [1n] }, /is or contains bigint.*Give strings/],
  ['of a symbol', { a: [Symbol('x')] }, /is or contains symbol/],
  ['of a date', { a: [new Date(0)] }, /is or contains an object of class Date/],
  ['of a map', { a: [[new Map()]] }, /is or contains an object of class Map/],
  ['of an array that contains itself', { a: [around] }, /value 0 contains itself/],
  [
    'of too many items',
    Object.fromEntries(['a', 'b', 'c', 'd'].map((n) => [n, new Array(300).fill(0)])),
    /there are 8100000000 items/,
  ],
])('a product %s is an error', (_, axes, message) => {
  expect(() => WorkItems.product(axes)).toThrow(message);
});
