import { parseTimeLimit } from '../../../cli/commands/time-limit';
import { nearest } from '../../../cli/system/nearest';
import { colorsFor } from '../../../cli/terminal/colors';
import { progressBar } from '../../../cli/terminal/progress-bar';
import { Screen } from '../../../cli/terminal/screen';
import { render } from '../../../cli/terminal/spans';
import { columns } from '../../../cli/terminal/table';
import { cut, padded, widthOf } from '../../../cli/terminal/width';

const plain = colorsFor({ isTTY: false }, {});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'abcd…'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['👩‍🌾👩‍🌾👩‍🌾', 4, '👩‍🌾…'],
  ['abc', 0, ''],
])('cut(%j, %d) leaves whole characters', (text, width, expected) => {
  const kept = cut(text, width);
  expect(kept).toBe(expected);
  expect(widthOf(kept)).toBeLessThanOrEqual(width);
});

test('padded counts the columns of wide characters', () => {
  expect(padded('日本', 6)).toBe('日本  ');
});

test('render cuts a line over all its spans', () => {
  const line = [{ text: 'abc', style: 'bold' }, { text: 'def' }, { text: 'ghi', style: 'red' }] as const;
  expect(render(line, plain, 5)).toBe('abcd…');
  expect(render(line, plain)).toBe('abcdefghi');
});

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{ isTTY: false }, { FORCE_COLOR: '1' }, false],
  [{}, {}, false],
])('colours on %j with %j: %s', (stream, environment, isColored) => {
  const text = colorsFor(stream, environment).red('x');
  expect(text !== 'x').toBe(isColored);
});

test.each([
  [[0, 0], '··········'],
  [[5, 2], '#####xx···'],
  [[1, 0], '#·········'],
  [[997, 1], '#########x'],
  [[10, 0], '##########'],
])('a progress bar of %j', ([done, dead], drawn) => {
  const total = done > 10 ? 1000 : 10;
  const parts = [
    { count: done, character: '#' },
    { count: dead, character: 'x' },
  ];
  expect(render(progressBar(parts, total, 10), plain)).toBe(drawn);
});

test('a progress bar of no items is empty', () => {
  expect(render(progressBar([{ count: 0, character: '#' }], 0, 4), plain)).toBe('····');
});

test('columns are as wide as their widest cell', () => {
  expect(
    columns([
      ['RUN', 'ITEMS'],
      ['日本', '8'],
      ['fruits', '10'],
    ]),
  ).toEqual(['RUN     ITEMS', '日本    8', 'fruits  10']);
});

test('a screen draws over what it has drawn, never more than there are rows, and gives the cursor back', () => {
  let written = '';
  const terminal = { columns: 20, rows: 4, write: (text: string) => (written += text) };
  const screen = new Screen(terminal as unknown as NodeJS.WriteStream);
  screen.draw(['a', 'b']);
  screen.draw(['1', '2', '3', '4', '5']);
  screen.draw(['z']);
  screen.end();
  const start = '\u001b[';
  expect(written).toBe(
    `${start}?25l\ra${start}K\nb${start}K\n${start}J` +
      `${start}2A\r1${start}K\n2${start}K\n3${start}K\n${start}J` +
      `${start}3A\rz${start}K\n${start}J${start}?25h`,
  );
});

test.each([
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
  ['0.5s', 500],
])('parseTimeLimit(%j) is %d ms', (text, milliseconds) => {
  expect(parseTimeLimit(text)).toBe(milliseconds);
});

test.each([['10'], ['m'], ['10x'], [''], ['1m 2s'], ['-5s']])('parseTimeLimit(%j) is an error', (text) => {
  expect(() => parseTimeLimit(text)).toThrow('such as 90s');
});

test('nearest prefers what contains the name, then the fewest differences', () => {
  const names = ['sweep-1234567890', 'fruits-2bd4f35d9f', 'fruit', 'frames-0987654321'];
  expect(nearest('fruits', names)).toEqual(['fruits-2bd4f35d9f', 'fruit', 'frames-0987654321']);
  expect(nearest('swep', names)[0]).toBe('sweep-1234567890');
  expect(nearest('x', [])).toEqual([]);
});
