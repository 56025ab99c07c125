import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MarkdownPage, needsCluster } from '../../tools/docs/markdown-page';
import { normalOutput } from '../../tools/docs/normal-output';
import { PAGES } from '../support/pages';

const ROOT = join(__dirname, '..', '..');

test('each page that needs a cluster is followed by an end-to-end test', () => {
  const pages = PAGES.filter((page) => new MarkdownPage(join(ROOT, page)).blocks.some(needsCluster));
  expect(pages).toEqual(['docs/tutorial.md']); // test/e2e/tutorial.test.ts
});

test('pods, ages, times and hashes do not count in an output', () => {
  const first =
    'NAME                         AGE\nfruits-eat-249eabd1b3-7-zbgzu   2m3s\nDone after 1.5 s at 2026-11-28T18:42:54.974Z\n';
  const second =
    'NAME     AGE\nfruits-eat-0123456789-7-x7k2p 45s  \nDone after 1 min 3 s at 2026-11-29T01:02:03.004Z\n\n';
  expect(normalOutput(first)).toBe(normalOutput(second));
});

test.each([
  ['8 Succeeded / 0 Failed', '7 Succeeded / 1 Failed'],
  ['fruits-eat-249eabd1b3-7-zbgzu', 'fruits-eat-249eabd1b3-6-zbgzu'],
  ['all 8 items settled', 'all 8 items settled: 8 done'],
])('%s is another output than %s', (a, b) => {
  expect(normalOutput(a)).not.toBe(normalOutput(b));
});

test('outputs are written into their blocks, and nothing else changes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  try {
    const file = join(folder, 'page.md');
    writeFileSync(
      file,
      '# A\n\n```sh run\necho\n```\n\n```text\n```\n\n## B\n\n```sh run\nls\n```\n\nprints\n\n```text\na\nb\n```\n\nThe end.\n',
    );
    const page = new MarkdownPage(file);
    const [first, , second] = page.blocks;
    const outputs = [first, second].map((block) => page.outputOf(block));
    expect(outputs.map((block) => block?.text)).toEqual(['', 'a\nb\n']);
    expect(page.blocks.map(({ line, heading }) => [line, heading])).toEqual([
      [3, 'A'],
      [7, 'A'],
      [12, 'B'],
      [18, 'B'],
    ]);
    page.rewrite(new Map(outputs.map((block, n) => [block as NonNullable<typeof block>, n === 0 ? 'x\ny\n' : 'c\n'])));
    expect(readFileSync(file, 'utf8')).toBe(
      '# A\n\n```sh run\necho\n```\n\n```text\nx\ny\n```\n\n## B\n\n```sh run\nls\n```\n\nprints\n\n```text\nc\n```\n\nThe end.\n',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
