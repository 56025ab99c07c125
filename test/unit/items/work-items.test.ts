import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { WorkItems } from '../../../lib/index';
import { received, texts, useFolder } from '../../support/items';

const file = useFolder();

describe('a list', () => {
  test('list returns the items in their order, with duplicates', () => {
    const items = WorkItems.list(['b', 'a', 'b']);
    expect(texts(items)).toEqual(['b', 'a', 'b']);
    expect(items.count).toBe(3);
  });

  test.each([
    ['', 'an empty string'],
    [' - \n', 'white space and line ends'],
    ['a\0b', 'NUL'],
    ['--help', 'a leading dash'],
    ['$(x) "quoted" \'too\' `so`', 'what a shell would expand'],
    ['Ärger 日本 🍎', 'Unicode'],
    ['x'.repeat(2 ** 20), '1 MiB'],
  ])('list passes on an item byte for byte: %#', (item) => {
    expect(texts(WorkItems.list([item]))).toEqual([item]);
  });

  test.each(['a\nb\n', 'a\n'])(
    'list rejects what is left of %j after split at line ends: a last empty item',
    (text) => {
      expect(() => WorkItems.list(text.split('\n'))).toThrow(
        /WorkItems\.list: only the last of \d items is empty, .* Read a file with WorkItems\.lines, or remove it\. If it is an item, append \.concat\(WorkItems\.list\(\[''\]\)\)\.$/,
      );
    },
  );

  test.each(['a\r\nb\r\n', 'a\r\nb', 'a\r\nb\r\nc\r'])('list rejects items of %j that end with CR', (text) => {
    const items = text.split('\n').filter((item) => item !== '');
    expect(() => WorkItems.list(items)).toThrow(
      /WorkItems\.list: the items end with a carriage return, "a\\r", .* WorkItems\.lines.* WorkItems\.base64\.$/,
    );
  });

  test.each([[['']], [['', '']], [['', 'a']], [['a', '', 'b', '']], [['a\r']], [['a', 'b\r']], [['a\r', 'b', 'c']]])(
    'list accepts empty items and CRs that are not left of line ends: %j',
    (items) => {
      expect(texts(WorkItems.list(items))).toEqual(items);
    },
  );

  test('list accepts an empty last item that `concat` appends', () => {
    expect(texts(WorkItems.list(['a']).concat(WorkItems.list([''])))).toEqual(['a', '']);
  });

  test('list rejects an empty list, with a hint', () => {
    expect(() => WorkItems.list([])).toThrow(/WorkItems\.list: there are no items\..*set allowEmpty\./);
  });

  test('list accepts an empty list if allowEmpty is set', () => {
    const items = WorkItems.list([], { allowEmpty: true });
    expect(items.count).toBe(0);
    expect(texts(items)).toEqual([]);
  });

  test('list rejects a string that has no UTF-8 form', () => {
    expect(() => WorkItems.list(['\ud800'])).toThrow(
      /WorkItems\.list: items\[0\] contains half of a surrogate pair.*WorkItems\.base64/,
    );
  });

  test('a list that is too large when compressed is an error', () => {
    const noise = Array.from({ length: 9 }, (_, n) => noiseOf(2 ** 20, n));
    expect(() => WorkItems.list(noise)._packed).toThrow(
      /WorkItems\.list: .*when compressed; the maximum is 6016000 \(32 ConfigMaps\)\. Put the data/,
    );
  });

  test('a list that is too large before it is compressed is an error', () => {
    const zeros = Array.from({ length: 128 }, () => '0'.repeat(2 ** 20));
    expect(() => WorkItems.list(zeros)._packed).toThrow(
      /all items together have 134218275 bytes; the maximum is 134217728/,
    );
  });
});

describe('lines of a file', () => {
  test.each([
    ['a\nb\n', ['a', 'b']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\n\n  \nb\n\n', ['a', 'b']],
    [' a \n\tb', [' a ', '\tb']],
    ['\ufeffa\n', ['a']],
    ['a\rb\n', ['a\rb']],
  ])('lines reads %j as %j', (content, expected) => {
    expect(texts(WorkItems.lines(file(content)))).toEqual(expected);
  });

  test('lines of a file that cannot be read are an error with the reason', () => {
    expect(() => WorkItems.lines('no/such.txt')).toThrow(
      /WorkItems\.lines\('no\/such\.txt'\): the file cannot be read \(ENOENT.*Relative paths start at/,
    );
  });

  test('lines in an encoding other than UTF-8 are an error with a hint', () => {
    expect(() => WorkItems.lines(file(Buffer.from('caf\xe9', 'latin1')))).toThrow(
      /is not UTF-8\. Convert it, or set bytes\./,
    );
  });

  test('lines that are all blank are an error', () => {
    expect(() => WorkItems.lines(file('\n \n'))).toThrow(/there are no items/);
  });
});

describe('lines of a file as bytes', () => {
  test.each([
    ['caf\xe9\n\xff\0\n', ['caf\xe9', '\xff\0']],
    ['a\r\nb', ['a\r', 'b']],
    ['\n\na\n\n \n', ['a', ' ']],
    ['\xef\xbb\xbfa', ['\xef\xbb\xbfa']],
  ])('lines with `bytes` reads %j as %j: only LF ends a line, and everything else is kept', (content, expected) => {
    const items = WorkItems.lines(file(Buffer.from(content, 'latin1')), { bytes: true });
    expect(received(items).map((item) => item.toString('latin1'))).toEqual(expected);
  });

  test('lines with `bytes` rejects a file that cannot be read, or that has no items', () => {
    expect(() => WorkItems.lines('no/such.txt', { bytes: true })).toThrow(/the file cannot be read \(ENOENT/);
    expect(() => WorkItems.lines(file('\n\n'), { bytes: true })).toThrow(/there are no items/);
  });
});

describe('a file that is not a list of lines', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  const bigEndian = (text: string) => utf16(text).swap16();

  test.each([utf16('\ufeffa\r\nb\r\n'), bigEndian('\ufeffa\nb\n'), utf16('\ufeff')])(
    'lines, json and csv reject UTF-16 with a byte order mark, and say how to convert it: %j',
    (content) => {
      const path = file(content);
      const message = `: the file is UTF-16, as its byte order mark says. It must be UTF-8: convert it, for example with "iconv -f UTF-16 -t UTF-8 '${path}'".`;
      expect(() => WorkItems.lines(path)).toThrow(message);
      expect(() => WorkItems.lines(path, { bytes: true })).toThrow(message);
      expect(() => WorkItems.lines(path, { nulSeparated: true })).toThrow(message);
      expect(() => WorkItems.json(path)).toThrow(message);
      expect(() => WorkItems.csv(path)).toThrow(message);
    },
  );

  test.each([
    ...[utf16('apple\r\nbanana\r\n'), bigEndian('apple\nbanana\n'), utf16('apple'), utf16('一\n\u0a00\n')],
    ...['./a b\0./c\nd\0', './a\0'],
  ])('lines rejects a NUL, and names UTF-16 and `find -print0`: %j', (content) => {
    const message =
      /: the file contains a NUL, so its items are not lines\. If it is UTF-16, convert it, .* If NULs separate the items, as "find -print0" writes them, set nulSeparated\.$/;
    expect(() => WorkItems.lines(file(content))).toThrow(message);
  });

  test.each([
    ...[utf16('apple\r\nbanana\r\n'), bigEndian('apple\nbanana\n'), utf16('apple'), utf16('一\n二\n')],
    ...['./a b\0./c\0', './a\0'],
  ])('lines with `bytes` rejects a NUL if the file may be UTF-16 or has no LF: %j', (content) => {
    expect(() => WorkItems.lines(file(content), { bytes: true })).toThrow(/the file contains a NUL/);
  });

  test.each([utf16('["a"]'), utf16('a,b\n1,2\n'), 'a\nb\0c\n'])(
    'json and csv reject a NUL, and name UTF-16: %j',
    (content) => {
      for (const read of [WorkItems.json, WorkItems.csv]) {
        expect(() => read(file(content))).toThrow(/the file contains a NUL\. If it is UTF-16, convert it/);
      }
    },
  );
});

describe('items that NULs separate', () => {
  test.each([
    ['./a b\0./c\nd\0', ['./a b', './c\nd']],
    ['a\0\0b', ['a', 'b']],
    [' \0\n\0a\r\0', [' ', '\n', 'a\r']],
    ['ä\0', ['ä']],
  ])('lines with `nulSeparated` reads %j as %j, as text and as bytes', (content, expected) => {
    expect(texts(WorkItems.lines(file(content), { nulSeparated: true }))).toEqual(expected);
    expect(texts(WorkItems.lines(file(content), { nulSeparated: true, bytes: true }))).toEqual(expected);
  });

  test('lines with `nulSeparated` reads what `find -print0` writes', () => {
    const path = file('', 'one');
    const list = file(execFileSync('find', [path, '-print0']), 'list');
    expect(texts(WorkItems.lines(list, { nulSeparated: true }))).toEqual([path]);
  });

  test('lines with `nulSeparated` keeps bytes that are not UTF-8 with `bytes`, and rejects them without', () => {
    const path = file(Buffer.from('caf\xe9\0', 'latin1'));
    expect(received(WorkItems.lines(path, { nulSeparated: true, bytes: true }))).toEqual([
      Buffer.from('caf\xe9', 'latin1'),
    ]);
    expect(() => WorkItems.lines(path, { nulSeparated: true })).toThrow(/the file is not UTF-8/);
  });

  test('lines with `nulSeparated` rejects a file without a NUL, and an empty one', () => {
    for (const bytes of [true, false]) {
      expect(() => WorkItems.lines(file('a\nb\n'), { nulSeparated: true, bytes })).toThrow(
        /nulSeparated is true, but the file contains no NUL\. If the items are lines, omit nulSeparated/,
      );
      expect(() => WorkItems.lines(file(''), { nulSeparated: true, bytes })).toThrow(/there are no items/);
    }
  });
});

describe('a value that is not a list of strings', () => {
  test.each<[unknown, RegExp]>([
    [[1, 2], /items\[0\] is 1, which is not a string\. Convert it to a string/],
    [['YQ==', { a: 1 }], /items\[1\] is \{"a":1\}, which is not a string/],
    [['YQ==', null], /items\[1\] is null/],
    [new Array(1), /items\[0\] is undefined/],
    [undefined, /items is of type undefined, not an array\. Give the items as an array/],
    ['YQ==', /items is of type string, not an array/],
  ])('list and base64 reject %j', (items, message) => {
    expect(() => WorkItems.list(items as string[])).toThrow(message);
    expect(() => WorkItems.base64(items as string[])).toThrow(message);
  });
});

describe('base64', () => {
  test('base64 passes on any bytes', () => {
    const bytes = Buffer.from([0, 255, 128, 10, 0]);
    expect(received(WorkItems.base64([bytes.toString('base64')]))).toEqual([bytes]);
  });

  test.each(['?', 'YQ', 'YQ=', 'YR==', 'Y Q=='])('base64 rejects %j', (item) => {
    expect(() => WorkItems.base64(['YQ==', item])).toThrow(/items\[1\] is ".*", which is not base64 with padding/);
  });
});

describe('the pieces', () => {
  test('each piece fits a ConfigMap, and all pieces together are one gzip stream', () => {
    const items = Array.from({ length: 600 }, (_, n) => noiseOf(1000, n));
    const packed = WorkItems.list(items);
    expect(packed._packed.pieces.length).toBeGreaterThan(1);
    for (const piece of packed._packed.pieces) expect(piece.length).toBeLessThanOrEqual(188_000);
    expect(texts(packed)).toEqual(items);
  });

  test('pieces do not contain the time when they were made', () => {
    const [piece] = WorkItems.list(['a'])._packed.pieces;
    expect(piece.subarray(4, 8)).toEqual(Buffer.alloc(4));
  });

  test('the pieces of a formula for a million items have less than 200 bytes', () => {
    const items = WorkItems.range(1, 1_000_000).shuffled(1);
    expect(items._packed.pieces.map(({ length }) => length)).toEqual([expect.any(Number)]);
    expect(items._packed.pieces[0].length).toBeLessThan(200);
  });
});

/** Returns text that does not compress well. It is always the same for a seed. */
function noiseOf(length: number, seed: number): string {
  let text = '';
  for (let n = 0; text.length < length; n++) text += createHash('sha512').update(`${seed} ${n}`).digest('base64');
  return text.slice(0, length);
}
