import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** The executable, bundled from its sources as the build does it, with what makes a broker look older in front. */
export class TestCommandLine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'command-line-test-'));
  private readonly file = join(this.folder, 'cdk8s-work-queue.js');

  constructor(
    /** Makes of the words of a command those by which it is started. */
    private readonly launch: (words: readonly string[]) => readonly string[] = (words) => words,
  ) {
    buildSync({
      stdin: {
        contents: "import '../programs/crash-point'; import '../../cli/main';",
        resolveDir: __dirname,
        loader: 'ts',
      },
      outfile: this.file,
      bundle: true,
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
    });
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): CommandProcess {
    return new CommandProcess(this.launch([process.execPath, this.file, ...args]), {
      PATH: process.env.PATH ?? '',
      HOME: this.folder,
      ...env,
    });
  }

  /** On a terminal, by script(1). What the command writes to either stream is on the terminal. */
  startOnTerminal(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    { rows, columns }: TerminalSize = { rows: 20, columns: 60 },
  ): CommandProcess {
    const words = this.launch([process.execPath, this.file, ...args])
      .map((word) => `'${word}'`)
      .join(' ');
    const command = `stty rows ${rows} cols ${columns}; exec ${words}`;
    const environment = { PATH: process.env.PATH ?? '', HOME: this.folder, SHELL: '/bin/sh', ...env };
    return new CommandProcess(
      ['script', '--quiet', '--return', '--flush', '--command', command, '/dev/null'],
      environment,
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A command at work. */
export class CommandProcess {
  stdout = '';
  stderr = '';
  readonly exit: Promise<number | NodeJS.Signals>;
  private readonly child: ChildProcess;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const [command, ...rest] = args;
    const child = spawn(command, rest, { env, stdio: 'pipe' });
    // A piece may end in the middle of a character.
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr.on('data', (text: string) => {
      this.stderr += text;
    });
    this.exit = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal ?? -1)));
    this.child = child;
  }

  /** Keys of a person at the terminal. */
  type(keys: string): void {
    this.child.stdin?.write(keys);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
