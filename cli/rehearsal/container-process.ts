import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runningWith, signalGroup } from '../system/processes';
import { within } from '../system/wait';
import type { Workspace } from '../system/workspace';

export interface Command {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface ContainerEnd {
  /** 128 + the signal's number where a signal ended it. */
  readonly exitCode: number;
  /** What it left in its termination log. */
  readonly message: string;
}

/** A container of a pod as a process of this machine. */
export class ContainerProcess {
  readonly ended: Promise<ContainerEnd>;
  private readonly child: ChildProcess;
  private readonly marker: string;
  private readonly forget: () => void;

  constructor(
    private readonly terminationLog: string,
    { command, environment, cwd }: Command,
    workspace: Workspace,
    label: string,
    print: (line: string) => void,
  ) {
    closeSync(openSync(terminationLog, 'a'));
    const [name, folder] = Object.entries(workspace.marker)[0] ?? ['', ''];
    this.marker = `${name}=${join(folder, label)}/`;
    this.child = spawn(command[0] ?? '', command.slice(1), {
      cwd,
      env: { ...process.env, ...environment, [name]: `${join(folder, label)}/` },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.forget = this.child.pid === undefined ? () => {} : workspace.atEnd(`kill -KILL -- -${this.child.pid}`);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', print);
    }
    this.ended = this.end(command[0] ?? '', print);
  }

  /** As the kubelet does: the signal goes to the first process only. */
  terminate(): void {
    this.child.kill('SIGTERM');
  }

  /** Ends all processes of the container. */
  kill(): void {
    signalGroup(this.child.pid, 'SIGKILL');
    for (const pid of runningWith(this.marker)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has ended
      }
    }
  }

  private async end(program: string, print: (line: string) => void): Promise<ContainerEnd> {
    const closed = new Promise<void>((resolve) => this.child.once('close', () => resolve()));
    const exitCode = await new Promise<number>((resolve) => {
      this.child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
      this.child.once('error', (error) => {
        print(`cannot start ${program}: ${error.message}`);
        resolve(127);
      });
    });
    this.kill(); // with its first process, a container ends
    this.forget();
    await within(5, closed, 'reading the output').catch(() => {});
    return { exitCode, message: readFileSync(this.terminationLog, 'utf8').trim() };
  }
}
