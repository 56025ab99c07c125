import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk8s from 'cdk8s';
import * as cdk8sPlus from 'cdk8s-plus-28';
import * as workQueue from 'cdk8s-work-queue';
import { type Block, fileOf, MarkdownPage } from '../../tools/docs/markdown-page';
import type { Json } from '../../tools/synthesized-run';
import { PAGES } from '../support/pages';
import { synthesized } from '../support/synthesized';

const ROOT = join(__dirname, '..', '..');

/** What a block with the word `fragment` may use without a declaration. */
const DECLARATIONS = `
declare const app: import('cdk8s').App;
declare const chart: import('cdk8s').Chart;
declare const broker: import('cdk8s-work-queue').RabbitMQ;
declare const queue: import('cdk8s-work-queue').QueueSeeder;
declare const job: import('cdk8s-work-queue').CoarseWorkerJob;
declare const items: import('cdk8s-work-queue').WorkItems;
declare const program: import('cdk8s-work-queue').Program;
`;

const OPTIONS = '--ignoreConfig --strict --noEmit --module node16 --target es2022 --types node --skipLibCheck'.split(
  ' ',
);

const pages = PAGES.map((page) => ({ page, blocks: new MarkdownPage(join(ROOT, page)).blocks })).map((one) => ({
  ...one,
  code: one.blocks.filter(({ language }) => language === 'ts'),
}));

// In the package's folder, so that the blocks import the package by its name. One compilation: each takes seconds.
const folder = mkdtempSync(join(ROOT, 'build', 'docs-'));
afterAll(() => rmSync(folder, { recursive: true }));
let errors: string[];
beforeAll(() => {
  for (const { page, code } of pages) for (const block of code) prepare(page, block);
  const files = pages.flatMap(({ page, code }) => code.map((block) => join(nameOf(page, block), 'main.ts')));
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [compiler, ...OPTIONS, '--pretty', 'false', ...files];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  errors = stdout.split('\n').filter((line) => line.trim() !== '');
}, 240_000);

test('no error of the compiler is outside of the blocks', () => {
  const names = pages.flatMap(({ page, code }) => code.map((block) => nameOf(page, block)));
  expect(errors.filter((line) => !line.startsWith(' ') && !names.some((name) => line.startsWith(`${name}/`)))).toEqual(
    [],
  );
});

for (const { page, blocks, code } of pages.filter((one) => one.code.length > 0)) {
  describe(page, () => {
    for (const block of code) {
      test(`the code at line ${block.line} compiles`, () => {
        expect(errors.filter((line) => line.startsWith(`${nameOf(page, block)}/`))).toEqual([]);
      });

      if (isFragment(block)) continue;
      const components = fileOf(block) ? [] : ['seeder', 'worker'];
      test(`the code at line ${block.line} synthesizes ${components.join(' and ') || 'a manifest'}`, () => {
        // The file of another language that the code reads, such as a script, is of the same page.
        const read = blocks.filter((other) => other.language !== 'ts' && fileOf(other) !== undefined);
        const objects = read.length > 0 ? synthesizedBeside(read, nameOf(page, block)) : synthesized(block.text);
        expect(objects.length).toBeGreaterThan(0);
        const labels = objects.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/component']);
        expect(labels).toEqual(expect.arrayContaining(components));
      }, 120_000);
    }
  });
}

function nameOf(page: string, { line }: Block): string {
  return `${page.replaceAll('/', '-').replace('.md', '')}-${line}`;
}

/** What a block synthesizes in its own folder, which then has the files of the other blocks. */
function synthesizedBeside(files: readonly Block[], name: string): Json[] {
  const own = join(folder, name);
  for (const block of files) writeFileSync(join(own, fileOf(block) ?? ''), block.text);
  const runner = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  execFileSync(process.execPath, [runner, 'main.ts'], { cwd: own, stdio: 'pipe' });
  return readdirSync(join(own, 'dist')).flatMap((file) => cdk8s.Yaml.load(join(own, 'dist', file)));
}

function isFragment({ words }: Block): boolean {
  return words.includes('fragment');
}

function prepare(page: string, block: Block): void {
  const own = join(folder, nameOf(page, block));
  mkdirSync(own);
  writeFileSync(join(own, 'main.ts'), isFragment(block) ? completed(block.text) : block.text);
  symlinkSync(join(ROOT, 'examples'), join(own, 'examples'));
}

/** A fragment with an import of each name that it uses, in a block of its own: it may declare a name anew. */
function completed(fragment: string): string {
  const used = new Set(fragment.match(/[A-Za-z_]\w*/g));
  const imports = Object.entries({ 'cdk8s-work-queue': workQueue, cdk8s, 'cdk8s-plus-28': cdk8sPlus }).map(
    ([from, exported]) => {
      const names = Object.keys(exported).filter((name) => used.delete(name));
      return names.length > 0 ? `import { ${names.join(', ')} } from '${from}';` : '';
    },
  );
  return `${imports.join('\n')}\n${DECLARATIONS}{\n${fragment}}\nexport {};\n`;
}
