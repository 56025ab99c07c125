import { sleep } from '../../lib/programs/runtime/time';
import { type Block, fileOf, isRunnable, MarkdownPage, needsCluster } from './markdown-page';
import { normalOutput } from './normal-output';
import type { ReaderShell } from './reader-shell';

/** With it, the outputs in the pages are those of this run, instead of being compared with it. */
const UPDATES = process.env.UPDATE_DOCS === '1';

/**
 * What a cluster shows may lag behind what was done, and a busy one does not always answer. Only blocks that look at something
 * have an output.
 */
const TRIES = 3;
const PAUSE_MS = 5000;

/** A page that is followed from its first block to its last, in one shell. */
export class PageRun {
  readonly page: MarkdownPage;
  private readonly updates = new Map<Block, string>();
  private readonly seconds = new Map<string, number>();

  constructor(
    path: string,
    private readonly shell: ReaderShell,
    /** What stands in the outputs in place of a name of this run. */
    private readonly named: Readonly<Record<string, string>> = {},
  ) {
    this.page = new MarkdownPage(path);
  }

  /** The blocks to follow, in their order: files and commands. */
  get steps(): Block[] {
    return this.page.blocks.filter((block) => isRunnable(block) || fileOf(block) !== undefined);
  }

  /** Follows a block. Throws if its commands fail; returns its output and that of the page, ready to be compared. */
  async follow(block: Block): Promise<{ readonly actual: string; readonly shown: string } | undefined> {
    const file = fileOf(block);
    if (file !== undefined) {
      this.shell.write(file, block.text);
      return undefined;
    }
    const output = this.page.outputOf(block);
    for (let tries = needsCluster(block) ? TRIES : 1; ; tries--) {
      const stdout = await this.stdoutOf(block);
      if (!output) return undefined;
      const named = Object.entries(this.named).reduce((text, [name, word]) => text.replaceAll(name, word), stdout);
      const [actual, shown] = [named, output.text].map(normalOutput);
      if (actual === shown || (!UPDATES && tries <= 1)) return { actual, shown };
      if (UPDATES) {
        this.updates.set(output, named);
        return { actual, shown: actual };
      }
      await sleep(PAUSE_MS);
    }
  }

  /** What the commands of a block write. Throws if they fail. */
  private async stdoutOf(block: Block): Promise<string> {
    const start = performance.now();
    const { status, stdout, stderr } = await this.shell.run(block.text, needsCluster(block));
    const seconds = (performance.now() - start) / 1000;
    this.seconds.set(block.heading, (this.seconds.get(block.heading) ?? 0) + seconds);
    if (status !== 0) throw new Error(`exit code ${status} of\n${block.text}\n${stdout}${stderr}`);
    // Of a pipe, only the last command's status counts.
    if (stderr !== '') console.info(`${block.text}${stderr}`);
    return stdout;
  }

  /** Writes the outputs of this run into the page, if that is wanted. */
  update(): void {
    if (this.updates.size > 0) this.page.rewrite(this.updates);
  }

  /** How long the commands below each heading took. */
  times(): string {
    const lines = [...this.seconds].map(([heading, seconds]) => `${seconds.toFixed(1).padStart(7)} s  ${heading}`);
    return [...lines, `${this.totalSeconds.toFixed(1).padStart(7)} s  in all`].join('\n');
  }

  get totalSeconds(): number {
    return [...this.seconds.values()].reduce((sum, seconds) => sum + seconds, 0);
  }
}
