import { shortened, visible, visiblePieces } from '../../../lib/programs/runtime/visible';

test.each([
  ['a control character', 'a\u0007\u001b[31mb', 'a\\u0007\\u001b[31mb'],
  ['a C1 control character', '\u009b31m', '\\u009b31m'],
  ['what turns the direction of text', 'abc\u202egnp.exe\u2066', 'abc\\u202egnp.exe\\u2066'],
  ['a line break', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['a line separator', 'a\u2028b\u0085c', 'a\\u2028b\\u0085c'],
  ['a character without width', 'a\u200bb\ufeffc\u00ad', 'a\\u200bb\\ufeffc\\u00ad'],
  ['a tag character', `a${String.fromCodePoint(0xe0041)}`, 'a\\u{e0041}'],
  ['half a character', 'a\ud83d', 'a\\ud83d'],
])('%s can be seen', (_, text, shown) => {
  expect(visible(text)).toBe(shown);
  const pieces = visiblePieces(text);
  expect(pieces.map((piece) => piece.text).join('')).toBe(shown);
  expect(pieces.some(({ isEscape }) => isEscape)).toBe(true);
});

test.each(['São Paulo', '東京', 'שלום', '👩\u200d🚀', 'می\u200cخواهم'])('%s stays as it is', (text) => {
  expect(visible(text)).toBe(text);
});

test('line breaks and tabs stay in a text of several lines, and a carriage return does not', () => {
  expect(visible('a\r\n\tb\u0000', { lines: true })).toBe('a\\r\n\tb\\u0000');
});

test('an escape is told apart from a text that looks like one', () => {
  expect(visiblePieces('\\u0000\u0000')).toEqual([
    { text: '\\u0000', isEscape: false },
    { text: '\\u0000', isEscape: true },
  ]);
});

test('a text is shortened between two characters', () => {
  expect(shortened('abc', 3)).toBe('abc');
  expect(shortened('abcd', 3)).toBe('abc…');
  expect(shortened('ab🚀d', 3)).toBe('ab…');
});
