import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSIONS } from '../../scripts/plus-versions.cjs';
import { MarkdownPage } from '../../tools/docs/markdown-page';
import { installedVersion } from '../../tools/languages/project';

const ROOT = join(__dirname, '..', '..');
const page = new MarkdownPage(join(ROOT, 'docs', 'languages.md'));

test('the charts of docs/languages.md are those that test/languages compares', () => {
  const shown = page.blocks.flatMap(({ words, text }) => {
    const [file] = words.flatMap((word) => /^example=(.*)$/.exec(word)?.[1] ?? []);
    return file ? [{ file, text }] : [];
  });
  expect(shown.map(({ file }) => file)).toEqual(['python/fruits.py', 'java/Fruits.java', 'go/fruits/main.go']);
  for (const { file, text } of shown) expect(text).toBe(readFileSync(join(ROOT, 'examples', file), 'utf8'));
});

test('its chart in TypeScript is that of the README', () => {
  const [shown] = new MarkdownPage(join(ROOT, 'README.md')).blocks.filter(({ language }) => language === 'ts');
  expect(readFileSync(join(ROOT, 'examples', 'typescript', 'fruits.ts'), 'utf8')).toBe(shown.text);
});

test('its table has each package, with its names', () => {
  const script =
    "import('./scripts/variants.mjs').then(({ names }) => console.log(JSON.stringify(process.argv.slice(1).map((one) => names(one)))))";
  const packages = JSON.parse(
    execFileSync(process.execPath, ['-e', script, ...VERSIONS], { cwd: ROOT, encoding: 'utf8' }),
  );
  const rows = [...page.text.matchAll(/^\| (\d+)[^|]*\| `(.*?)` \| `(.*?)` \| `(.*?)` \| `(.*?)` \|$/gm)].map(
    ([, ...cells]) => cells,
  );
  expect(rows.map(([, ...cells]) => cells)).toEqual(
    packages.map(({ npm, python, java, go }: Record<string, Record<string, string>>) => [
      ...[npm, python.module, java.package, go.packageName],
    ]),
  );
});

test.each(['README.md', 'CHANGELOG.md'])('%s names the versions of cdk8s-plus that there are packages for', (file) => {
  const list = `${VERSIONS.slice(0, -1).join(', ')} (and|or) ${VERSIONS[VERSIONS.length - 1]}`;
  expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(new RegExp(`cdk8s-plus ${list}`));
});

test('the versions that Java users pin are those that it was tried with', () => {
  const [managed] = /<dependencyManagement>.*<\/dependencyManagement>/s.exec(page.text) ?? [''];
  const pinned = [...managed.matchAll(/<artifactId>(.*?)<\/artifactId><version>(.*?)<\/version>/g)].map(
    ([, name, version]) => [name, version],
  );
  expect(Object.fromEntries(pinned)).toEqual({
    cdk8s: installedVersion('cdk8s'),
    'cdk8s-plus-28': installedVersion('cdk8s-plus-28'),
    constructs: installedVersion('constructs'),
    'jsii-runtime': installedVersion('jsii-pacmak'),
  });
});
