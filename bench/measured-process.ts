import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { childrenOf } from './process-tree';

const LOOK_MS = 20;

export interface Measured {
  /** From before its start to its end. */
  readonly milliseconds: number;
  /** The most memory that it had at a time, in bytes, or a process that it has started, such as tsx does. Only on Linux. */
  readonly peak: number;
  readonly output: string;
}

/** Runs a process to its end. Rejects, with its words, where that is not status 0. */
export function measuredProcess(command: readonly string[], env: Record<string, string>): Promise<Measured> {
  const began = performance.now();
  const [program, ...args] = command;
  const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, trouble, peak] = ['', '', 0];
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    trouble += text;
  });
  // Not the maximum that the system reports at the end: what the process was before its exec, a copy of us, counts there.
  const looks = setInterval(() => {
    if (child.pid) peak = Math.max(peak, peakOf(child.pid));
  }, LOOK_MS);
  return new Promise<Measured>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const milliseconds = performance.now() - began;
      if (code === 0) resolve({ milliseconds, peak, output });
      else reject(new Error(`${command.join(' ')} ended with ${code ?? signal}: ${output}${trouble}`));
    });
  }).finally(() => clearInterval(looks));
}

/** The most memory that a process, or one that it has started, has had at a time, in bytes. Only on Linux. */
export function peakOf(pid: number): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.max(Number(kibibytes ?? 0) * 1024, ...childrenOf(pid).map(peakOf));
  } catch {
    return 0; // it has ended
  }
}
