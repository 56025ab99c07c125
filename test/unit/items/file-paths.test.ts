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
