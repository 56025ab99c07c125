import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** No command of a page takes longer. */
const LIMIT_MS = 480_000;

export interface ShellAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ReaderShellProps {
  /** An empty folder: the home of the reader, in which the page starts. */
  readonly home: string;
  /** Variables for all commands, beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes of the words of a command those by which it is started where the cluster can be reached. */
  readonly besideCluster?: (words: readonly string[]) => readonly string[];
}

/**
 * The shell of somebody who follows a page. Each block is a process of its own, which starts in the folder that the last one
 * was in; other than a folder, nothing is left of a block.
 */
export class ReaderShell {
  private folder: string;
  private blocks = 0;

  constructor(private readonly props: ReaderShellProps) {
    this.folder = props.home;
  }

  /** Writes a file that the page shows. */
  write(file: string, text: string): void {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  async run(commands: string, cluster: boolean): Promise<ShellAnswer> {
    const { home, env, besideCluster = (words) => words } = this.props;
    this.blocks += 1;
    const script = join(home, `.block-${this.blocks}.sh`);
    const ended = join(home, '.folder');
    // In the script, because what starts it may change the environment.
    const exports = Object.entries({ HOME: home, LC_ALL: 'C.UTF-8', ...env }).map(
      ([name, value]) => `export ${name}=${quoted(value)}`,
    );
    const lines = [...exports, `cd ${quoted(this.folder)}`, 'set -e', commands, `pwd >${quoted(ended)}`];
    writeFileSync(script, `${lines.join('\n')}\n`);
    const words = ['sh', script];
    const answer = await start(cluster ? besideCluster(words) : words);
    if (answer.status === 0) this.folder = readFileSync(ended, 'utf8').trim();
    return answer;
  }
}

function start([command, ...args]: readonly string[]): Promise<ShellAnswer> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS, killSignal: 'SIGKILL' });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? -1, ...output }));
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
