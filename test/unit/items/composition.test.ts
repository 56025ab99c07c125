import { WorkItems } from '../../../lib/index';
import { texts } from '../../support/items';

const numbers = (from: number, to: number) => WorkItems.range(from, to);

describe('concat', () => {
  test('concat returns the items of all sets in their order, with duplicates', () => {
    const letters = WorkItems.list(['a', 'b']);
    const items = letters.concat(numbers(1, 2), letters, WorkItems.product({ x: [1] }));
    expect(items.count).toBe(7);
    expect(texts(items)).toEqual(['a', 'b', '1', '2', 'a', 'b', '{"x":1}']);
    expect(texts(letters)).toEqual(['a', 'b']);
  });

  test('concat without other sets returns the same items', () => {
    expect(texts(numbers(1, 2).concat())).toEqual(['1', '2']);
  });

  test('concat accepts empty sets', () => {
    const none = WorkItems.list([], { allowEmpty: true });
    expect(texts(none.concat(numbers(1, 2), none))).toEqual(['1', '2']);
    expect(none.concat(none).count).toBe(0);
  });

  test('concat called thousands of times does not build a deep formula', () => {
    let items = WorkItems.list(['0']);
    for (let n = 1; n < 3000; n++) items = items.concat(WorkItems.list([String(n)]));
    expect(texts(items)).toEqual(Array.from({ length: 3000 }, (_, n) => String(n)));
  });

  test('concat rejects more items than Kubernetes can count', () => {
    const many = numbers(1, 2 ** 30);
    expect(() => many.concat(many)).toThrow(/range\(1, 1073741824\)\.concat\(…\): there are 2147483648 items/);
  });
});

describe('shuffled', () => {
  test('shuffled returns the items in an order that depends only on the seed, on every machine', () => {
    expect(texts(numbers(1, 10).shuffled(1))).toEqual(['8', '2', '3', '10', '6', '7', '4', '9', '1', '5']);
    expect(texts(numbers(1, 10).shuffled(-7))).toEqual(['4', '7', '6', '1', '5', '8', '10', '2', '3', '9']);
  });

  test('shuffled keeps each item as often as before', () => {
    const shuffled = texts(numbers(1, 1000).shuffled(3));
    expect(shuffled).not.toEqual(texts(numbers(1, 1000)));
    expect(shuffled.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
  });

  test('shuffled favours no position: each of five items is in each position about equally often', () => {
    const seen = Array.from({ length: 5 }, () => [0, 0, 0, 0, 0]);
    for (let seed = 0; seed < 2000; seed++) {
      const order = numbers(0, 4).shuffled(seed)._content.items;
      for (let place = 0; place < 5; place++) seen[place][Number(order.item(place))]++;
    }
    for (const count of seen.flat()) {
      expect(count).toBeGreaterThan(330);
      expect(count).toBeLessThan(470);
    }
  });

  test('shuffled does not change a set of one item or none', () => {
    expect(texts(numbers(5, 5).shuffled(9))).toEqual(['5']);
    expect(texts(WorkItems.list([], { allowEmpty: true }).shuffled(9))).toEqual([]);
  });

  test.each([Number.NaN, 1.5, 2 ** 53])('shuffled rejects the seed %d', (seed) => {
    expect(() => numbers(1, 2).shuffled(seed)).toThrow(
      /the seed is .*; it must be a whole number from -\(2\^53 - 1\) to 2\^53 - 1/,
    );
  });

  test('shuffled rejects more items than the seeder can hold', () => {
    expect(() => numbers(0, 2 ** 24).shuffled(1)).toThrow(/there are 16777217 items; at most 16777216 can be shuffled/);
    expect(numbers(1, 2 ** 24).shuffled(1).count).toBe(2 ** 24);
  });
});

describe('take', () => {
  test('take returns the first items, or all if there are fewer', () => {
    expect(texts(numbers(1, 10).take(3))).toEqual(['1', '2', '3']);
    expect(texts(numbers(1, 2).take(3))).toEqual(['1', '2']);
    expect(texts(WorkItems.list(['a', 'b', 'c']).take(2))).toEqual(['a', 'b']);
  });

  test('take leaves the other items of a list out of the manifest', () => {
    const all = Array.from({ length: 200_000 }, (_, n) => `${n} ${Math.sin(n)}`);
    expect(WorkItems.list(all).take(5)._packed.framedBytes).toBeLessThan(200);
  });

  test('take accepts a set that is too large for the manifest', () => {
    const zeros = WorkItems.list(Array.from({ length: 129 }, () => '0'.repeat(2 ** 20)));
    expect(texts(zeros.take(1))).toHaveLength(1);
  });

  test('take rejects a count of 0 unless allowEmpty is set', () => {
    expect(() => numbers(1, 2).take(0)).toThrow(/range\(1, 2\)\.take\(0\): there are no items/);
    expect(texts(numbers(1, 2).take(0, { allowEmpty: true }))).toEqual([]);
  });

  test.each([-1, 1.5, Number.NaN])('take rejects the count %d', (count) => {
    expect(() => numbers(1, 2).take(count)).toThrow(/the count is .*; it must be a whole number from 0/);
  });
});

test('concat, shuffled and take accept sets that they returned', () => {
  const items = WorkItems.list(['a', 'b', 'c'])
    .take(2)
    .concat(numbers(1, 100).shuffled(1).take(2), WorkItems.list(['z']))
    .take(4)
    .concat(WorkItems.list(['end']));
  const two = texts(numbers(1, 100).shuffled(1).take(2));
  expect(texts(items)).toEqual(['a', 'b', ...two, 'end']);
});
