import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { within } from '../../lib/programs/runtime/time';
import { runningWith, signalGroup } from '../system/processes';
import type { Workspace } from '../system/workspace';

export interface ContainerOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly terminationLog: string;
  readonly workspace: Workspace;
  /** Tells this container from others of the workspace. */
  readonly label: string;
  readonly print: (line: string) => void;
  /** If the container is more than the process and its group: what ends it, and the words for a caretaker. */
  readonly outside?: { readonly kill: () => void; readonly undo: string };
}

export interface ContainerEnd {
  /** 128 + the signal's number if a signal ended it. */
  readonly exitCode: number;
  /** What the container left in its termination log. */
  readonly message: string;
}

/** A container of a pod as a process on this machine. */
export class ContainerProcess {
  readonly ended: Promise<ContainerEnd>;
  private readonly child: ChildProcess;
  private readonly marker: string;
  private readonly forget: () => void;
  private readonly terminationLog: string;
  private readonly killOutside: () => void;

  constructor(options: ContainerOptions) {
    const { command, environment, cwd, terminationLog, workspace, label, print, outside } = options;
    this.terminationLog = terminationLog;
    this.killOutside = outside?.kill ?? (() => {});
    closeSync(openSync(terminationLog, 'a'));
    chmodSync(terminationLog, 0o666); // the program may be another user
    const [name, folder] = Object.entries(workspace.marker)[0] ?? ['', ''];
    this.marker = `${name}=${join(folder, label)}/`;
    this.child = spawn(command[0] ?? '', command.slice(1), {
      cwd,
      env: { ...process.env, ...environment, [name]: `${join(folder, label)}/` },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const undo = [`kill -KILL -- -${this.child.pid}`, ...(outside ? [outside.undo] : [])].join('\n');
    this.forget = this.child.pid === undefined ? () => {} : workspace.atEnd(undo);
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
    this.killOutside();
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
    this.kill(); // a container ends with its first process
    this.forget();
    await within(5000, 'read the output', closed).catch(() => {});
    return { exitCode, message: readFileSync(this.terminationLog, 'utf8').trim() };
  }
}
