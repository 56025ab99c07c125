import { type ChildProcess, spawn } from 'node:child_process';

/** A program that is process 1 of its container, as a process of this machine. */
export class PodProgram {
  /** What it has written. */
  output = '';
  readonly exit: Promise<number | NodeJS.Signals>;
  private readonly child: ChildProcess;

  constructor([command, ...args]: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => {
        this.output += text;
      });
    }
    this.exit = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal ?? -1)));
    this.child = child;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
