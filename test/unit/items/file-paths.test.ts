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

test('regular files that match are items, by their path from the root, sorted by code unit', () => {
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
])('%j matches %j', (pattern, expected) => {
  if (expected) expect(of(pattern)).toEqual(expected);
  else expect(() => of(pattern)).toThrow(`WorkItems.files('${pattern}'): there are no items.`);
});

test('the root is the working directory unless it is given', () => {
  expect(texts(WorkItems.files('package.json'))).toEqual(['package.json']);
});

test.each([
  ['no/such', /a folder cannot be read \(ENOENT.*The root is \//],
  ['package.json', /a folder cannot be read \(ENOTDIR/],
])('the root %s is an error', (folder, message) => {
  expect(() => WorkItems.files('*', { root: folder })).toThrow(message);
});

test('an absolute path is an error that names the way out', () => {
  expect(() => WorkItems.files('/data/*.tif')).toThrow(
    /the pattern is an absolute path\. Give its folder as \{ root \}/,
  );
});

test('a name that is not UTF-8 is an error; one with U+FFFD in it is a name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'names-'));
  try {
    writeFileSync(join(folder, 'a\ufffd.tif'), '');
    expect(texts(WorkItems.files('*', { root: folder }))).toEqual(['a\ufffd.tif']);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/b`), Buffer.of(0xe9), Buffer.from('.tif')]), '');
    expect(() => WorkItems.files('*', { root: folder })).toThrow(
      /the name of a file, "b\ufffd\.tif", is not UTF-8, so no item can name it\. Rename it, or leave it out by the pattern/,
    );
    expect(texts(WorkItems.files('a*', { root: folder }))).toEqual(['a\ufffd.tif']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a folder that cannot be read is an error: items would be missing', () => {
  chmodSync(join(root, 'a/deep'), 0);
  try {
    if (process.getuid?.() === 0) {
      // Root may read it all the same; anybody else may not.
      expect(of('a/deep/*')).toEqual(['a/deep/x.tif']);
    } else {
      expect(() => of('**/*.tif')).toThrow(/a folder cannot be read \(EACCES/);
    }
  } finally {
    chmodSync(join(root, 'a/deep'), 0o755);
  }
});
