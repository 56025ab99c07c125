import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Yaml } from 'cdk8s';
import { Label } from '../../lib/contract/labels';
import { QUEUE_NAMES } from '../../lib/contract/queues';
import { RULES_OF_DEFAULTS, rulesOfSettings } from '../e2e/support/admission-rules';
import { linksOf, PAGES } from '../support/pages';
import { APPS, synthesizedApp } from '../support/synthesized';

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

describe('the commands that compare the programs in a manifest with those of the package', () => {
  const guide = readFileSync(join(root, 'docs', 'platform.md'), 'utf8');
  const commands = [...guide.matchAll(/^```sh\n(for program in .*?)^```/gms)].map(([, command]) => command);
  const script = synthesizedApp('examples/amqp-consume.ts').filter(({ data }) => data?.['consume.sh']);
  const manifest = Yaml.stringify(...synthesizedApp('main.ts'), ...script);
  const files = readdirSync(join(root, 'build', 'programs')).filter((name) => !name.endsWith('.map'));

  /** The digests that the commands print for a manifest, in pairs. */
  function printed(text: string): string[][] {
    const folder = mkdtempSync(join(tmpdir(), 'docs-'));
    try {
      mkdirSync(join(folder, 'dist'));
      mkdirSync(join(folder, 'node_modules'));
      writeFileSync(join(folder, 'dist', 'fruits.k8s.yaml'), text);
      symlinkSync(root, join(folder, 'node_modules', 'cdk8s-work-queue'));
      const run = (command: string) => execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
      const lines = commands.flatMap((command) => run(command).trimEnd().split('\n'));
      return lines.flatMap((line, n) => (n % 2 === 0 ? [[line, lines[n + 1]]] : []));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test('print each digest twice, and compare all programs', () => {
    const pairs = printed(manifest);
    expect(pairs).toHaveLength(files.length);
    for (const [inManifest, inPackage] of pairs) expect(inManifest).toBe(inPackage);
    for (const file of files) expect(commands.join('')).toContain(` ${file}`);
  });

  test.each(files)('show that another %s is in the manifest', (file) => {
    const changed = manifest.replace(new RegExp(`(^  ${file}: )(?:[|]\\n    )?`, 'm'), '$&H4sI');
    expect(changed).not.toBe(manifest);
    expect(printed(changed).filter(([inManifest, inPackage]) => inManifest !== inPackage)).toHaveLength(1);
  });
});

test('the guide for platform teams has a line for each policy that is tried on a cluster, and marks no other', () => {
  const guide = readFileSync(join(root, 'docs', 'platform.md'), 'utf8');
  const tried = [...RULES_OF_DEFAULTS, ...rulesOfSettings('')].map(({ name }) => name);
  const marked = [...guide.matchAll(/`([a-z-]+)` ✓/g)].map(([, name]) => name);
  expect(marked.sort()).toEqual(tried.sort());
});

test('the guide for platform teams names tests that exist', () => {
  const guide = readFileSync(join(root, 'docs', 'platform.md'), 'utf8');
  const named = [...guide.matchAll(/`(test\/\S+\.test\.ts)`/g)].map(([, file]) => file);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
