import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { EnvName } from '../../lib/contract/environment';

/** The programs, bundled from their sources as the build does it, with the crash points in front. */
export class TestPrograms {
  private readonly folder = mkdtempSync(join(tmpdir(), 'programs-test-'));

  constructor() {
    for (const name of ['seeder', 'courier']) {
      buildSync({
        stdin: {
          contents: `import './crash-point'; import './fast-clock'; import '../../lib/programs/${name}/${name}.program';`,
          resolveDir: __dirname,
          loader: 'ts',
        },
        outfile: join(this.folder, `${name}.js`),
        bundle: true,
        platform: 'node',
        target: 'node20',
        logLevel: 'error',
      });
    }
  }

  start(name: 'seeder' | 'courier', env: Record<string, string>): ProgramProcess {
    return new ProgramProcess(join(this.folder, `${name}.js`), {
      [EnvName.TERMINATION_LOG]: join(this.folder, 'last-words'),
      ...env,
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A program of ours as a process of its own. */
export class ProgramProcess {
  log = '';
  readonly exit: Promise<number | NodeJS.Signals>;
  private readonly child: ChildProcess;

  constructor(
    file: string,
    private readonly env: Record<string, string>,
  ) {
    const child = spawn(process.execPath, [file], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => {
        this.log += text;
      });
    }
    this.exit = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal ?? -1)));
    this.child = child;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  get lastWords(): string {
    return readFileSync(this.env.TERMINATION_LOG, 'utf8').trim();
  }
}
