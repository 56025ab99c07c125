import { duration, log, oneLine, quoted, quotedEnd } from '../../../lib/programs/runtime/log';

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

test('quotedEnd keeps the end of what is long, without half of a surrogate pair at its start', () => {
  expect(quotedEnd('blender: not found')).toBe('"blender: not found"');
  const long = `/opt/work-queue/programs/runner.sh: line 31: exec: blender: not found`;
  expect(quotedEnd(long)).toBe('"…-queue/programs/runner.sh: line 31: exec: blender: not found"');
  expect(quotedEnd(`🍎${'x'.repeat(59)}`)).toBe(`"…${'x'.repeat(59)}"`);
  expect(quotedEnd(`${'x'.repeat(60)}\u001b`)).toBe(`"…${'x'.repeat(59)}\\u001b"`);
});

/** The marks that reverse, hide or isolate text. */
const BIDIRECTIONAL = ['\u061c', '\u200e', '\u200f', ...range(0x202a, 0x202e), ...range(0x2066, 0x2069)];
const C1 = range(0x80, 0x9f);

function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, n) => String.fromCharCode(first + n));
}

test.each([...BIDIRECTIONAL, ...C1])('oneLine and quoted show no %j to a terminal', (character) => {
  const text = `a${character}b`;
  expect(oneLine(text)).toBe('a b');
  expect(quoted(text)).toBe(`"a\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}b"`);
});

test('oneLine and quoted leave letters of all directions, and joined emoji, as they are', () => {
  const text = 'שלום ä 日本 👩‍🌾';
  expect(oneLine(text)).toBe(text);
  expect(quoted(text)).toBe(`"${text}"`);
});

describe('log', () => {
  const written: string[] = [];
  let write: jest.SpyInstance;

  beforeEach(() => {
    written.length = 0;
    write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterEach(() => write.mockRestore());

  const logged = (line: string) => {
    log(line);
    return written.join('').replace(/^\S+ /, '');
  };

  test('log shows control characters instead of obeying them', () => {
    expect(logged('\u001b[2Ja\u009b\u202eb\rc\td')).toBe('\\u001b[2Ja\\u009b\\u202eb\\rc\td\n');
  });

  test('log writes no line without a time that looks like one of its own', () => {
    expect(logged('a\n2026-01-01T00:00:00.000Z b')).toBe('a\n  2026-01-01T00:00:00.000Z b\n');
  });
});
