import { duration, oneLine, quoted } from '../../../lib/programs/runtime/log';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1234, '1.2 s'],
  [45_300, '45 s'],
  [119_400, '119 s'],
  [119_600, '2 min'],
  [200_000, '3 min 20 s'],
  [239_700, '4 min'],
  [600_000, '10 min'],
  [7_200_000, '2 h'],
  [7_500_000, '2 h 5 min'],
])('duration(%d) is "%s"', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('oneLine leaves no line ends and no control characters, and cuts at a whole character', () => {
  expect(oneLine(' a\r\n\tb\u001b[31mc ')).toBe('a b [31mc');
  const long = oneLine('ä'.repeat(2000));
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(2003);
  expect(long).toMatch(/^ä+…$/);
});

test('quoted escapes control characters of both sets, and cuts what is long', () => {
  expect(quoted('a"\u0000\u009b\u2028')).toBe('"a\\"\\u0000\\u009b\\u2028"');
  expect(quoted(Buffer.alloc(100, 'x'))).toBe(`"${'x'.repeat(60)}…"`);
});
