import { readFileSync, writeFileSync } from 'node:fs';

/** A fenced block of a page, such as one that begins with three backticks and `sh run`. */
export interface Block {
  readonly language: string;
  /** What follows the language, such as `run` or `file=main.ts`. Renderers ignore it. */
  readonly words: readonly string[];
  readonly text: string;
  /** The number of the line with the backticks, from 1. */
  readonly line: number;
  /** The last heading before the block. */
  readonly heading: string;
}

/** A page of the guide, with the blocks that tests compile and run. */
export class MarkdownPage {
  readonly text: string;
  readonly blocks: readonly Block[];

  constructor(private readonly path: string) {
    this.text = readFileSync(path, 'utf8');
    this.blocks = [...this.text.matchAll(/^```(\S+)([^\n]*)\n(.*?)^```$/gms)].map(
      ({ index, 1: language, 2: words, 3: text }) => {
        const before = this.text.slice(0, index);
        return {
          language,
          words: words.trim().split(/\s+/),
          text,
          line: before.split('\n').length,
          heading: [...before.matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '',
        };
      },
    );
  }

  /** The block that has the output of a runnable one: the next block, if it is a `text` block. */
  outputOf(block: Block): Block | undefined {
    const next = this.blocks[this.blocks.indexOf(block) + 1];
    return next?.language === 'text' ? next : undefined;
  }

  /** Writes the page with other texts in some of its blocks. */
  rewrite(texts: ReadonlyMap<Block, string>): void {
    const lines = this.text.split('\n');
    // From the end, so that the lines before keep their numbers.
    for (const [block, text] of [...texts].sort(([a], [b]) => b.line - a.line)) {
      lines.splice(block.line, block.text.split('\n').length - 1, ...text.trimEnd().split('\n'));
    }
    writeFileSync(this.path, lines.join('\n'));
  }
}

/** The file that a block is the content of, by its word `file=NAME`. */
export function fileOf({ words }: Block): string | undefined {
  return words.find((word) => word.startsWith('file='))?.slice('file='.length);
}

export function isRunnable({ language, words }: Block): boolean {
  return language === 'sh' && words.includes('run');
}

export function needsCluster(block: Block): boolean {
  return isRunnable(block) && block.words.includes('cluster');
}
