import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../../cli/system/workspace';
import { inTime } from '../../lib/programs/runtime/time';
import { Journal, program } from './journal';
import { LIMIT_SECONDS } from './way';

/** A folder with a journal and the program, and the processes that belong to it. */
export class RunFolder {
  readonly journal: Journal;
  /** The path of the program, whose argument is the number of an item. */
  readonly program: string;
  private readonly workspace = new Workspace('comparison');

  constructor() {
    const path = join(this.workspace.dir, 'journal');
    writeFileSync(path, '');
    this.journal = new Journal(path);
    this.program = this.write('program', program({ setItem: 'item=$1', worker: '$$', journal: path }));
  }

  path(name: string): string {
    return join(this.workspace.dir, name);
  }

  private write(name: string, text: string): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Starts a process whose standard output can be read; its errors are shown. */
  spawn(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn(command, args, {
      cwd: this.workspace.dir,
      env: { ...process.env, ...this.workspace.marker, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  close(): Promise<void> {
    return this.workspace.close();
  }
}

/** The id of a process that was started. Never 0, with which `kill` would mean this process and its whole group. */
export function startedId(child: ChildProcess | undefined): number {
  if (!child?.pid) throw new Error('the process was not started');
  return child.pid;
}

/** The exit code of a process, or the signal that ended it; nothing if it has not ended at the limit. */
export function exitOf(child: ChildProcess): Promise<number | string | undefined> {
  const exit = once(child, 'exit').then(([code, signal]): number | string => code ?? signal);
  return inTime(exit, LIMIT_SECONDS * 1000);
}
