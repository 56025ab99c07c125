import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from '../../lib/programs/runtime/time';

/** Every process of a rehearsal carries this variable, with the folder of its workspace as the value. */
const MARKER = 'WORK_QUEUE_WORKSPACE';

/**
 * Cleans up after a workspace as soon as its standard input ends, and so also when its process is killed with SIGKILL: first
 * whatever is written in `undo/`, then all processes that carry the marker (on systems with /proc), then the folder.
 */
const CARETAKER = `
trap '' INT TERM HUP
cat >/dev/null
for undo in "$1"/undo/*; do [ -f "$undo" ] && sh "$undo" >/dev/null 2>&1; done
for round in 1 2 3; do
  pids=$(grep -lsaF "${MARKER}=$1" /proc/[0-9]*/environ | cut -d / -f 3)
  [ -n "$pids" ] || break
  kill -KILL $pids 2>/dev/null
  sleep 0.1
done
rm -rf "$1" 2>/dev/null || { sleep 1; rm -rf "$1"; }
`;

/**
 * A folder for temporary files, and the processes that belong to it. However this process ends, none of them outlives
 * it.
 */
export class Workspace {
  readonly dir: string;
  private readonly caretaker: ChildProcess;
  private undoCount = 0;

  constructor(name: string) {
    this.dir = mkdtempSync(join(tmpdir(), `${name}-`));
    mkdirSync(join(this.dir, 'undo'));
    this.caretaker = spawn('/bin/sh', ['-c', CARETAKER, 'sh', this.dir], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.caretaker.unref();
    this.caretaker.stdin?.on('error', () => {}); // the caretaker was killed
    const stdin = this.caretaker.stdin as unknown as { unref(): void } | null;
    stdin?.unref();
  }

  /** What the processes of this workspace must have in their environment. */
  get marker(): Record<string, string> {
    return { [MARKER]: this.dir };
  }

  folder(...path: string[]): string {
    const dir = join(this.dir, ...path);
    mkdirSync(dir, { recursive: true });
    return dir;
  }

  /** A line of sh to run when the workspace ends. Returns a function that calls it off. */
  atEnd(command: string): () => void {
    const file = join(this.dir, 'undo', String(this.undoCount++));
    writeFileSync(file, `${command}\n`);
    return () => rmSync(file, { force: true });
  }

  /** Ends all processes and removes the folder. */
  async close(): Promise<void> {
    if (this.caretaker.exitCode !== null || this.caretaker.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.caretaker.once('exit', () => resolve()));
    this.caretaker.ref();
    this.caretaker.stdin?.end();
    await within(30_000, `clean up ${this.dir}`, ended);
  }
}
