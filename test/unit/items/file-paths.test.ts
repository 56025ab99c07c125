import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkItems } from '../../../lib/index';
import { texts } from '../../support/items';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'file-paths-'));
  for (const folder of ['a', 'a/deep', 'empty.tif']) mkdirSync(join(root, folder));
  for (const file of [
    'b.tif',
    'B.tif',
    'ä.tif',
    'a/1.tif',
    'a/10.tif',
    'a/2.tif',
    'a/deep/x.tif',
    'a/n.txt',
    '.c.tif',
  ]) {
    writeFileSync(join(root, file), '');
  }
  symlinkSync('b.tif', join(root, 'link.tif'));
  symlinkSync('nowhere', join(root, 'broken.tif'));
  execFileSync('mkfifo', [join(root, 'fifo.tif')]);
});
afterAll(() => rmSync(root, { recursive: true }));

const of = (pattern: string) => texts(WorkItems.files(pattern, { root }));

test('the regular files that match become items: their paths from the root, sorted by code unit', () => {
  expect(of('**/*.tif')).toEqual([
    ...['B.tif', 'a/1.tif', 'a/10.tif', 'a/2.tif', 'a/deep/x.tif', 'b.tif', 'link.tif', 'ä.tif'],
  ]);
});

test.each([
  ['*.txt', undefined],
  ['a/*', ['a/1.tif', 'a/10.tif', 'a/2.tif', 'a/n.txt']],
  ['a/{1,2}.tif', ['a/1.tif', 'a/2.tif']],
  ['a/n.txt', ['a/n.txt']],
  ['./a/n.txt', ['a/n.txt']],
  ['.*.tif', ['.c.tif']],
  ['a', undefined],
  ['', undefined],
])('the pattern %j matches %j', (pattern, expected) => {
  if (expected) expect(of(pattern)).toEqual(expected);
  else expect(() => of(pattern)).toThrow(`WorkItems.files('${pattern}'): there are no items.`);
});

describe('what is special in a pattern', () => {
  /** Makes a folder with these files, and asks for the items in it. */
  function itemsOf(files: string[], pattern: string): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'special-'));
    try {
      for (const file of files) {
        mkdirSync(join(folder, file, '..'), { recursive: true });
        writeFileSync(join(folder, file), '');
      }
      return texts(WorkItems.files(pattern, { root: folder }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test.each([
    ['batch (1)/*.dat', ['batch (1)/mine.dat', 'batch 1/other.dat'], ['batch (1)/mine.dat']],
    ['scan[12]/*.dat', ['scan[12]/mine.dat', 'scan1/other.dat'], ['scan[12]/mine.dat']],
    ['in/*', ['in/a.txt', 'in/new\nline.txt'], ['in/a.txt', 'in/new\nline.txt']],
    [
      'in/**',
      ['in/a.txt', 'in/new\nline.txt', 'in/b/c\n', 'in'.repeat(2)],
      ['in/a.txt', 'in/b/c\n', 'in/new\nline.txt'],
    ],
    ['**', ['a', 'b/c', '.d', '.e/f', 'g/.h'], ['a', 'b/c']],
    ['a/**', ['a/b', 'b'], ['a/b']],
    ['**/b/**/d', ['b/d', 'a/b/d', 'a/b/c/d', 'a/b/c/e/d', 'a/d'], ['a/b/c/d', 'a/b/c/e/d', 'a/b/d', 'b/d']],
    ['**/.x/*', ['.x/a', 'b/.x/c', '.y/.x/d'], ['.x/a', 'b/.x/c']],
    ['a**z/*', ['a/z/y', 'abz/c', 'az/d'], ['abz/c', 'az/d']],
    ['*', ['x\u2028y', 'x\\y', '*', ' '], [' ', '*', 'x\\y', 'x\u2028y']],
    ['{a,b/c}/*.{t{x,s},}', ['a/1.tx', 'a/2.ts', 'b/c/3.', 'b/4.ts'], ['a/1.tx', 'a/2.ts', 'b/c/3.']],
    ['{a,a}{,b}', ['a', 'ab', 'b'], ['a', 'ab']],
    ['{a}{', ['{a}{', 'a'], ['{a}{']],
    ['{1..3}', ['{1..3}', '1', '2'], ['{1..3}']],
    ['!a', ['!a', 'a', 'b'], ['!a']],
    ['+(a)', ['+(a)', 'a', 'aa'], ['+(a)']],
  ])('the pattern %j matches in %j what it names', (pattern, files, expected) => {
    expect(itemsOf(files, pattern)).toEqual(expected);
  });

  test.each([...' !"#$%&\'()+,-.:;<=>?@[]^_`{|}~'])('the character %j stands for itself', (character) => {
    const name = `x${character}y`;
    const others = ['xy', 'xxy', 'x1y', 'xy1', 'x', 'y', '1'];
    expect(itemsOf([name, ...others], name)).toEqual([name]);
    expect(itemsOf([name, `${character}z`, ...others], `${character}z`)).toEqual([`${character}z`]);
  });

  test.each(['in\\*.txt', 'batch \\(1\\)/*'])('a backslash in a pattern is an error: %j', (pattern) => {
    expect(() => of(pattern)).toThrow(
      /: the pattern contains a backslash\. Separate folders with "\/"\. Only \*, \*\* and \{a,b\} are special .* write \*\.$/,
    );
  });

  test.each([
    ['scan_??.tif', '? are not special'],
    ['scan[0-9].tif', '[ ] are not special'],
    ['!(a).tif', '! ( ) are not special'],
    ['{1..3}.tif', '{ } are not special'],
  ])('the error for the pattern %j, which matches no file, says what is special', (pattern, problem) => {
    expect(() => of(pattern)).toThrow(problem);
    expect(() => of(pattern)).toThrow(/Only \*, \*\* and \{a,b\} are special in a pattern/);
    expect(WorkItems.files(pattern, { root, allowEmpty: true }).count).toBe(0);
  });

  test('`..` in a pattern is an error, because all paths start at the root', () => {
    expect(() => of('../x/*')).toThrow(/contains "\.\.", .* Give a folder above all files as \{ root \}/);
    expect(itemsOf(['a..b'], 'a..b')).toEqual(['a..b']);
  });

  test('braces with too many combinations are an error', () => {
    expect(() => of('{a,b}'.repeat(9))).toThrow(/: there are no items/);
    expect(() => of('{a,b}'.repeat(30))).toThrow(/the braces of the pattern have too many combinations/);
    expect(() => of(`{${'{a,b}'.repeat(30)},c}`)).toThrow(/too many combinations/);
  });
});

test('links to folders are followed, except those that would have no end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'links-'));
  try {
    for (const name of ['a', 'b']) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'file'), '');
    }
    symlinkSync('../b', join(folder, 'a/to-b'));
    symlinkSync('../a', join(folder, 'b/to-a'));
    symlinkSync('..', join(folder, 'a/up'));
    symlinkSync('self', join(folder, 'self'));
    symlinkSync('a/file/x', join(folder, 'no-folder'));
    expect(texts(WorkItems.files('**', { root: folder }))).toEqual([
      ...['a/file', 'a/to-b/file', 'b/file', 'b/to-a/file'],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('`root` is the working directory by default', () => {
  expect(texts(WorkItems.files('package.json'))).toEqual(['package.json']);
});

test.each([
  ['no/such', /a folder cannot be read \(ENOENT.*The root is \//],
  ['package.json', /a folder cannot be read \(ENOTDIR/],
])('`root` cannot be %s', (folder, message) => {
  expect(() => WorkItems.files('*', { root: folder })).toThrow(message);
});

test('a pattern that is an absolute path is an error with a hint', () => {
  expect(() => WorkItems.files('/data/*.tif')).toThrow(
    /the pattern is an absolute path\. Give its folder as \{ root \}/,
  );
});

test('a file name that is not UTF-8 is an error, but one that contains U+FFFD is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'names-'));
  try {
    writeFileSync(join(folder, 'a\ufffd.tif'), '');
    expect(texts(WorkItems.files('*', { root: folder }))).toEqual(['a\ufffd.tif']);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/b`), Buffer.of(0xe9), Buffer.from('.tif')]), '');
    expect(() => WorkItems.files('*', { root: folder })).toThrow(
      /the name of a file, "b\ufffd\.tif", is not UTF-8, so no item can name it\. Rename it, or give a pattern that does not match it/,
    );
    expect(texts(WorkItems.files('a*', { root: folder }))).toEqual(['a\ufffd.tif']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a folder that cannot be read is an error, because items would be missing', () => {
  chmodSync(join(root, 'a/deep'), 0);
  try {
    if (process.getuid?.() === 0) {
      // Root may read the folder in spite of its mode; other users may not.
      expect(of('a/deep/*')).toEqual(['a/deep/x.tif']);
    } else {
      expect(() => of('**/*.tif')).toThrow(/a folder cannot be read \(EACCES/);
    }
  } finally {
    chmodSync(join(root, 'a/deep'), 0o755);
  }
});
