import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunnable, MarkdownPage, needsCluster } from '../../tools/docs/markdown-page';
import { PageRun } from '../../tools/docs/page-run';
import { ReaderShell } from '../../tools/docs/reader-shell';
import { PAGES } from '../support/pages';

const ROOT = join(__dirname, '..', '..');

/** Executables in a project of a reader, and where they come from. */
const COMMANDS = {
  cdk8s: 'node_modules/cdk8s-cli/bin/cdk8s',
  tsx: 'node_modules/tsx/dist/cli.mjs',
  'cdk8s-work-queue': 'build/cdk8s-work-queue.js',
};

const runnable = PAGES.filter((page) => {
  const { blocks } = new MarkdownPage(join(ROOT, page));
  return blocks.some(isRunnable) && !blocks.some(needsCluster);
});

/** Pages with a block that needs a cluster are followed by the end-to-end tests. */
describe.each(runnable)('somebody who follows %s', (path) => {
  const home = mkdtempSync(join(tmpdir(), 'reader-'));
  const run = new PageRun(join(ROOT, path), new ReaderShell({ home, env: {} }), { [home]: '~' });
  beforeAll(() => install(home));
  afterAll(() => {
    run.update();
    rmSync(home, { recursive: true });
  });

  test.each(run.steps)(
    'comes to the same at line $line',
    async (block) => {
      const output = await run.follow(block);
      expect(output?.actual).toBe(output?.shown);
    },
    120_000,
  );
});

/** As `npm install` of the package and of the tools does it, without the network: the packages are linked. */
function install(project: string): void {
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(ROOT, join(modules, 'cdk8s-work-queue'));
  for (const name of ['cdk8s', 'cdk8s-cli', 'cdk8s-plus-28', 'constructs', 'tsx', 'typescript']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const [name, file] of Object.entries(COMMANDS)) symlinkSync(join(ROOT, file), join(modules, '.bin', name));
}
