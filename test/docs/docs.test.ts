import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Label } from '../../lib/contract/labels';
import { QUEUE_NAMES } from '../../lib/contract/queues';
import { linksOf, PAGES } from '../support/pages';
import { APPS } from '../support/synthesized';

const root = join(__dirname, '..', '..');

/** What a link to a page may have after `#`: its headings as GitHub names them, and the ids in it. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  return new Set([...headings, ...ids]);
}

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');

  test('every link leads to a file that exists, and to a heading in it', () => {
    const missing = linksOf(text).filter(({ url, path, fromProject, anchor }) => {
      if (url !== undefined && !fromProject) return false;
      const file = fromProject ? join(root, path) : path === '' ? join(root, page) : join(root, dirname(page), path);
      return !existsSync(file) || (anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).has(anchor));
    });
    expect(missing).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const named = [...text.matchAll(/npm run ([\w-]+(?::[\w-]+)*)(?![\w:*])/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('the README leads to how a vulnerability is reported, in private', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('(SECURITY.md)');
  expect(readFileSync(join(root, 'SECURITY.md'), 'utf8')).toContain('private vulnerability reporting');
});

test('the README of the examples has a line for each', () => {
  const readme = readFileSync(join(root, 'examples', 'README.md'), 'utf8');
  const lines = [...readme.matchAll(/^\| \[`([\w.-]+)`\]\(\1\) \|/gm)].map(([, name]) => name);
  expect(lines.sort()).toEqual(APPS.map((app) => basename(app)).filter((name) => name !== 'main.ts'));
});

test('the README shows the labels that the Jobs have', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(readme).toContain(
    'kubectl wait --for=condition=complete --timeout=5m job -l app.kubernetes.io/name=fruits-eat',
  );
  expect(readme).toContain('kubectl logs -l app.kubernetes.io/name=fruits-eat');
  expect(readFileSync(join(root, 'test/unit/manifest/golden/fruits.k8s.yaml'), 'utf8')).toContain(
    'app.kubernetes.io/name: fruits-eat',
  );
});

test.each(PAGES)('the labels in %s are those that this package sets', (page) => {
  const labels: readonly string[] = Object.values(Label);
  const text = readFileSync(join(root, page), 'utf8');
  for (const [, label] of text.matchAll(/(?:`|-[lL] |,)(cdk8s-work-queue\/[a-z]+)/g)) expect(labels).toContain(label);
});

test('the command for old runs prints what the manifest does not name', () => {
  const guide = readFileSync(join(root, 'docs', 'guide', 'clean-up.md'), 'utf8');
  const [, command] = /^```sh\n(kubectl get jobs,configmaps .*?)^```/ms.exec(guide) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  try {
    const names = ['job.batch/fruits-eat-1', 'job.batch/fruits-eat-11', 'configmap/fruits-items-0-2'];
    const selects = `[ "$3 $4" = '-l ${Label.CHART}=fruits' ] || exit 1`;
    writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\n${selects}\nprintf '%s\\n' ${names.join(' ')}\n`, {
      mode: 0o755,
    });
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist', 'fruits.k8s.yaml'), 'metadata:\n  name: fruits-eat-11\n');
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const printed = execFileSync('sh', ['-c', command ?? ''], { cwd: folder, env, encoding: 'utf8' });
    expect(printed).toBe('job.batch/fruits-eat-1\nconfigmap/fruits-items-0-2\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the permissions of the guide are those of the user that this package creates', () => {
  const guide = readFileSync(join(root, 'docs', 'broker.md'), 'utf8');
  expect(guide).toContain(`queues='${QUEUE_NAMES}'\n`);
  expect(guide).toContain('"^$queues\\$" "^(amq\\.default|$queues)\\$" "^$queues\\$"');
});

test('the path through the guide leads to each of its pages', () => {
  const path = readFileSync(join(root, 'docs', 'README.md'), 'utf8');
  const reached = linksOf(path).map((link) => join('docs', link.path));
  const pages = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
  expect(pages.filter((page) => !reached.includes(page))).toEqual([]);
});
