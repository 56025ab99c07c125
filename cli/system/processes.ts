import { type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Finished {
  readonly status: number;
  readonly stdout: string;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

/** The path of a program, found on the PATH or else in the other folders. */
export function which(program: string, ...folders: string[]): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...path, ...folders].map((folder) => join(folder, program)).find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a command to its end, or kills it when it takes too long; never throws. */
export function run(command: string, args: string[], seconds: number, options: SpawnOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    let stdout = '';
    child.stdout?.on('data', (data) => {
      stdout += data;
      output += data;
    });
    child.stderr?.on('data', (data) => (output += data));
    const timer = setTimeout(() => {
      output += `\n${command} was stopped: it took more than ${seconds} s\n`;
      child.kill('SIGKILL');
    }, seconds * 1000);
    const finish = (status: number, more = '') => {
      clearTimeout(timer);
      resolve({ status, stdout, output: output + more });
    };
    child.once('error', (error) => finish(127, error.message));
    child.once('close', (code) => finish(code ?? 137));
  });
}

/** The processes with this text in their environment. Empty on systems without /proc. */
export function runningWith(text: string): number[] {
  return pids().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`).includes(text);
    } catch {
      return false; // it has ended, or belongs to another user
    }
  });
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number);
  } catch {
    return [];
  }
}

/** Sends a signal to the process group that `leader` leads. Does nothing if the group has ended. */
export function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // it has ended
  }
}
