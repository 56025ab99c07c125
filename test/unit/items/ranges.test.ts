import { type RangeOptions, WorkItems } from '../../../lib/index';
import { texts } from '../../support/items';

describe('a range', () => {
  test.each<[number, number, RangeOptions, string[]]>([
    [1, 3, {}, ['1', '2', '3']],
    [5, 5, {}, ['5']],
    [-2, 1, {}, ['-2', '-1', '0', '1']],
    [1, 10, { step: 4 }, ['1', '5', '9']],
    [0, 1, { step: 0.25 }, ['0.00', '0.25', '0.50', '0.75', '1.00']],
    [0.1, 0.5, { step: 0.1 }, ['0.1', '0.2', '0.3', '0.4', '0.5']],
    [0, 0.35, { step: 0.1 }, ['0.0', '0.1', '0.2', '0.3']],
    [-0.5, 0.5, { step: 0.5 }, ['-0.5', '0.0', '0.5']],
    [1e-7, 3e-7, { step: 1e-7 }, ['0.0000001', '0.0000002', '0.0000003']],
    [2 ** 53 - 2, 2 ** 53 - 1, {}, ['9007199254740990', '9007199254740991']],
  ])('range(%d, %d, %j) is %j', (from, to, options, expected) => {
    const items = WorkItems.range(from, to, options);
    expect(texts(items)).toEqual(expected);
    expect(items.count).toBe(expected.length);
  });

  test.each<[string, number, number, number, string[]]>([
    ['%d', 8, 10, 1, ['8', '9', '10']],
    ['%04d', 9, 10, 1, ['0009', '0010']],
    ['%3d', -1, 0, 1, [' -1', '  0']],
    ['%03d', -1, 0, 1, ['-01', '000']],
    ['%.2f', 0, 1, 0.5, ['0.00', '0.50', '1.00']],
    ['%06.2f', -1, 0, 1, ['-01.00', '000.00']],
    ['%f', 1, 1, 1, ['1.000000']],
    ['%.0f', 0.5, 2.5, 1, ['0', '2', '2']],
    ['%.1f', 0.25, 0.75, 0.25, ['0.2', '0.5', '0.8']],
    ['%.1f', -0.04, -0.04, 1, ['0.0']],
    ['100%% %d ä', 1, 1, 1, ['100% 1 ä']],
    ['%%%d%%', 1, 1, 1, ['%1%']],
  ])('`format` %j writes the numbers from %d to %d in steps of %d as %j', (format, from, to, step, expected) => {
    expect(texts(WorkItems.range(from, to, { step, format }))).toEqual(expected);
  });

  test('a range of millions is not unfolded, and returns each item by its number', () => {
    const { count, _content } = WorkItems.range(0, 1_000_000, { step: 0.1 });
    expect(count).toBe(10_000_001);
    expect(_content.items.item(3).toString()).toBe('0.3');
    expect(_content.items.item(10_000_000).toString()).toBe('1000000.0');
    expect(_content.items.longestOf(count)).toBe(9);
  });

  test.each<[number, number, RangeOptions, RegExp]>([
    [1, 3, { step: 0 }, /WorkItems\.range\(1, 3\): step is 0; it must be more than 0\. The numbers are in ascending/],
    [3, 1, { step: -1 }, /step is -1; it must be more than 0/],
    [
      3,
      1,
      {},
      /from is 3 and to is 1; from must not be above to\. Put the lower one first\. .* nothing to do, use an empty WorkItems\.list and/,
    ],
    [Number.NaN, 1, {}, /from is NaN; it must be a number/],
    [1, Number.POSITIVE_INFINITY, {}, /to is Infinity; it must be a number/],
    [1, 2, { step: Number.NaN }, /step is NaN/],
    [1, 2 ** 53, {}, /to is 9007199254740992, which is beyond 2\^53: .*WorkItems\.bigKeyRanges/],
    [1, 2 ** 31, {}, /there are 2147483648 items; the maximum is 2147483647, because Kubernetes counts in 32 bits/],
    [0, 1, { step: 1e-320 }, /there are .* items; the maximum is/],
    [1, 2, { format: 'frame' }, /format is "frame"; it has no number\. Write the number once, as %d/],
    [1, 2, { format: '%%d' }, /it has no number/],
    [1, 2, { format: '%d-%d' }, /it has more than one number/],
    [1, 2, { format: '%s' }, /has a "%" that is neither a number nor "%%"/],
    [1, 2, { format: '%d 100%' }, /has a "%" that is neither/],
    [1, 2, { format: '%.2d' }, /has a point with %d/],
    [1, 2, { format: '%101d' }, /is wider than 100/],
    [1, 2, { step: 0.5, format: '%d' }, /is for whole numbers, but some numbers have decimals/],
    [1, 2, { format: '%d \ud800' }, /format contains half of a surrogate pair/],
  ])('range(%d, %d, %j) is an error', (from, to, options, message) => {
    expect(() => WorkItems.range(from, to, options)).toThrow(message);
  });

  test('a range has at most as many items as Kubernetes can count', () => {
    expect(WorkItems.range(1, 2 ** 31 - 1).count).toBe(2 ** 31 - 1);
  });
});

describe('frames', () => {
  test('frames returns numbered names', () => {
    const items = WorkItems.frames('scene_%04d', 1, 250);
    expect(items.count).toBe(250);
    expect(texts(items.take(2))).toEqual(['scene_0001', 'scene_0002']);
    expect(items._content.items.item(249).toString()).toBe('scene_0250');
  });

  test.each<[string, number, number, RegExp]>([
    ['scene', 1, 2, /WorkItems\.frames\('scene'\): format is "scene"; it has no number/],
    ['%d', 1.5, 2, /first is 1\.5; frames must have whole numbers/],
    ['%d', 1, Number.NaN, /last is NaN; frames must have whole numbers/],
    ['%d', 2, 1, /first is 2 and last is 1; first must not be above last/],
  ])('frames(%j, %d, %d) is an error', (format, first, last, message) => {
    expect(() => WorkItems.frames(format, first, last)).toThrow(message);
  });
});

describe('ranges of keys', () => {
  test('keyRanges returns half-open ranges, of which the last may be shorter', () => {
    expect(texts(WorkItems.keyRanges({ from: 0, to: 12_000, size: 5000 }))).toEqual([
      '{"from":0,"to":5000}',
      '{"from":5000,"to":10000}',
      '{"from":10000,"to":12000}',
    ]);
    expect(texts(WorkItems.keyRanges({ from: -3, to: 1, size: 2 }))).toEqual([
      '{"from":-3,"to":-1}',
      '{"from":-1,"to":1}',
    ]);
  });

  test('bigKeyRanges returns keys of any size as strings', () => {
    const items = WorkItems.bigKeyRanges({
      from: '-1',
      to: '18446744073709551616',
      size: '9223372036854775808',
    });
    expect(texts(items)).toEqual([
      '{"from":"-1","to":"9223372036854775807"}',
      '{"from":"9223372036854775807","to":"18446744073709551615"}',
      '{"from":"18446744073709551615","to":"18446744073709551616"}',
    ]);
  });

  test('keyRanges accepts an empty range if allowEmpty is set', () => {
    expect(WorkItems.keyRanges({ from: 7, to: 7, size: 1, allowEmpty: true }).count).toBe(0);
    expect(() => WorkItems.keyRanges({ from: 7, to: 7, size: 1 })).toThrow(/there are no items/);
  });

  test.each([
    [{ from: 0, to: 2 ** 53, size: 1 }, /to is 9007199254740992, which is beyond 2\^53: .*Use WorkItems\.bigKeyRanges/],
    [{ from: 0.5, to: 2, size: 1 }, /from is 0\.5; it must be a whole number/],
    [{ from: 0, to: Number.NaN, size: 1 }, /to is NaN; it must be a whole number/],
    [{ from: 0, to: 2, size: 0 }, /size is 0; it must be more than 0/],
    [
      { from: 3, to: 2, size: 1 },
      /from must not be above to\. Swap them; for no keys at all, make them equal and set allowEmpty/,
    ],
    [{ from: 0, to: 2 ** 40, size: 1 }, /there are 1099511627776 items; the maximum is 2147483647/],
  ])('keyRanges(%j) is an error', (props, message) => {
    expect(() => WorkItems.keyRanges(props)).toThrow(message);
  });

  test.each([
    [{ from: '0', to: '1e3', size: '1' }, /to is "1e3"; it must be a whole number in decimal/],
    [{ from: '', to: '1', size: '1' }, /from is ""/],
    [{ from: '00', to: '1', size: '1' }, /from is "00"/],
    [{ from: '0', to: '1', size: '-1' }, /size is -1; it must be more than 0/],
    [{ from: '2', to: '1', size: '1' }, /from is 2 and to is 1/],
  ])('bigKeyRanges(%j) is an error', (props, message) => {
    expect(() => WorkItems.bigKeyRanges(props)).toThrow(message);
  });
});
