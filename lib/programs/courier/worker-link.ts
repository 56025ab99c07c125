import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { SharedVolume, Verb } from '../../contract/shared-volume';
import { debug } from '../runtime/debug';
import { log } from '../runtime/log';
import { inTime } from '../runtime/time';
import { Tail } from './tail';

/** How a run of the program ended: its exit status as a shell gives it, or that the worker's container died with it. */
export type ProgramEnd = number | 'worker-died' | NotDelivered;

/** The program did not run: the item could not be written for it. */
export class NotDelivered {
  constructor(readonly reason: string) {}
}

/** The last one tells the shim that all of them exist. */
const FIFOS = [
  SharedVolume.UP,
  SharedVolume.STDERR_COPY,
  SharedVolume.STDERR,
  SharedVolume.RUNS,
  SharedVolume.RUNNER,
  SharedVolume.DOWN,
];

const NOTHING = Buffer.alloc(0);

/** How often the courier checks whether the worker's container is created, and after how many checks it says that it waits. */
const CHECK_MS = 1000;
const SILENT_CHECKS = 10;

/** When the courier says for the first time that a worker's container that is created has not started. */
const FIRST_LINE_MS = 10_000;

/** What a person should look at if the worker's container is created and does not start. */
export const WHY_NOT_READY =
  "does its image have /bin/sh, and is it for this node's architecture? (kubectl describe pod)";

/** What comes up, at the end of a line: the program, which can write there too, may have left the beginning of a line. */
const LINE = new RegExp(`(${Verb.READY}|${Verb.SHUTDOWN}|${Verb.EXIT})(?: (\\d{1,15}) (\\d{1,3}))?$`);
const LONGEST_LINE = 100;

/** How often the shim looks, during a run, whether its helpers still live. */
const RUN_CHECK_MS = 5000;

/** The courier's end of the two FIFOs to `shim.sh`, which runs the program in the worker's container. */
export class WorkerLink {
  /** The end of what the program has written to standard error in this run. */
  readonly stderr: Tail;
  private readonly shutdownHeard = new AbortController();
  private readonly up: Socket;
  private down: number | undefined;
  private unread = '';
  private readonly readyOrGone: Promise<boolean>;
  private isReady: (ready: boolean) => void = () => {};
  private ended: (end: ProgramEnd) => void = () => {};
  private runs = 0;
  private isGone = false;

  /**
   * Makes the FIFOs. The worker's container may have another user, so every user may write. `down` comes last: the shim waits
   * for that one, and then expects the others.
   */
  constructor(private readonly folder: string) {
    this.readyOrGone = new Promise((resolve) => {
      this.isReady = resolve;
    });
    makeFifos(
      join(folder, SharedVolume.FIFOS),
      FIFOS.map((name) => join(folder, name)),
    );
    this.up = openFifo(join(folder, SharedVolume.UP));
    this.up.setEncoding('utf8');
    this.up.on('data', (text: string) => this.read(text));
    this.up.on('error', () => this.end());
    this.up.on('end', () => this.end());
    this.stderr = new Tail(openFifo(join(folder, SharedVolume.STDERR_COPY), constants.O_RDWR));
  }

  /** Aborts when the worker's container is terminated. The kubelet may tell it before the courier. */
  get shutdown(): AbortSignal {
    return this.shutdownHeard.signal;
  }

  /** Whether the worker's container has ended: it runs nothing any more. */
  get gone(): boolean {
    return this.isGone;
  }

  /**
   * False if the shim did not come within `milliseconds` after the worker's container was created. The wait before that has no
   * bound: its image may still have to be pulled, and a pod does not end before all its containers were created.
   */
  async ready(milliseconds: number, shutdown: AbortSignal): Promise<boolean> {
    const created = join(this.folder, SharedVolume.WORKER_CREATED);
    for (let checks = 1; !existsSync(created); checks++) {
      const ready = await inTime(this.readyOrGone, CHECK_MS, shutdown);
      if (ready !== undefined || shutdown.aborted) return ready ?? false;
      if (checks === SILENT_CHECKS) {
        log("waiting for the worker's container: is its image available? (kubectl describe pod)");
      }
    }
    const line = `the worker's container is created but has not started yet: ${WHY_NOT_READY}`;
    const timer = setTimeout(() => log(line), FIRST_LINE_MS);
    const ready = await inTime(this.readyOrGone, milliseconds, shutdown);
    clearTimeout(timer);
    return ready ?? false;
  }

  /**
   * Runs the program on the item.
   *
   * @param call lines of sh, see `callLines`, that set its variables and arguments; none if not given
   * @returns a promise that resolves when it has ended, and never rejects
   */
  run(item: Buffer, call: Buffer = NOTHING): Promise<ProgramEnd> {
    try {
      this.write(SharedVolume.ITEM, item);
      this.write(SharedVolume.CALL, call);
    } catch (error) {
      const reason = `the item cannot be written for the program: ${(error as Error).message}; has the program written into ${this.folder}?`;
      return Promise.resolve(new NotDelivered(reason));
    }
    this.stderr.clear();
    const ended = new Promise<ProgramEnd>((resolve) => {
      this.ended = resolve;
      if (this.isGone || !this.say(`${Verb.RUN} ${++this.runs}`)) resolve('worker-died');
    });
    const checks = setInterval(() => this.say(Verb.CHECK), RUN_CHECK_MS).unref();
    return ended.finally(() => clearInterval(checks));
  }

  /**
   * A new file each time: a process that an earlier run left behind may still have the old one open. And never through a link
   * that a program has put there: it would lead into the courier's container.
   */
  private write(name: string, content: Buffer): void {
    const file = join(this.folder, name);
    remove(file);
    writeFileSync(file, content, { mode: 0o644, flag: 'wx' });
  }

  /** Sends the program SIGTERM. */
  term(): void {
    this.say(Verb.TERM);
  }

  /** Sends the program, and what it started, SIGKILL. */
  kill(): void {
    this.say(Verb.KILL);
  }

  /** Ends the worker's container with `status` and `message`, its termination message. */
  quit(status: number, message: string): void {
    if (this.down === undefined) this.openDown(); // the shim may have come just now
    this.say(`${Verb.QUIT} ${status} ${message.replace(/\s+/g, ' ')}`);
    if (this.down !== undefined) closeSync(this.down);
    this.down = undefined;
    this.up.destroy();
    this.stderr.destroy();
  }

  private read(text: string): void {
    const lines = (this.unread + text).split('\n');
    this.unread = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const line of lines) {
      const [words, verb, run, status] = LINE.exec(line) ?? [];
      // Only the shim's words: a program can write here too, whatever it likes.
      debug?.(`shim: says ${words ?? `${line.length} characters that are not its words`}`);
      if (verb === Verb.READY && this.down === undefined) {
        this.openDown();
        this.isReady(this.say(Verb.HELLO));
      } else if (verb === Verb.SHUTDOWN) {
        this.shutdownHeard.abort();
      } else if (verb === Verb.EXIT && Number(run) === this.runs) {
        this.ended(Number(status));
      }
    }
  }

  /** Fails, and leaves it closed, if the shim does not have its end open. */
  private openDown(): void {
    try {
      this.down = openEnd(join(this.folder, SharedVolume.DOWN), constants.O_WRONLY);
    } catch {
      this.down = undefined;
    }
  }

  private end(): void {
    this.isGone = true;
    this.isReady(false);
    this.ended('worker-died');
  }

  private say(words: string): boolean {
    debug?.(`shim: ${this.down === undefined ? 'cannot be told' : 'is told'} ${words}`);
    if (this.down === undefined) return false;
    try {
      // A line of its own, whatever a program may have written there.
      writeSync(this.down, `${this.runs > 0 ? '\n' : ''}${words}\n`);
      return true;
    } catch {
      return false; // the worker has died, and the end of `up` says so
    }
  }
}

/** As `rmSync` with `force` does, which takes several times as long. */
function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** For reading, without waiting for a writer. With `O_RDWR` it does not end with its writer, and another one may come. */
export function openFifo(path: string, end = constants.O_RDONLY): Socket {
  return new Socket({ fd: openEnd(path, end), readable: true, writable: false });
}

/**
 * Opens one end of a FIFO, without waiting for the other. A program, which can write to the folder, may have put something else
 * in its place: a link, which would lead into the courier's container, or a file.
 */
function openEnd(path: string, end: number): number {
  const fd = openSync(path, end | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw new Error(`${path} is not a FIFO`);
}

/** Makes them in their order. Node.js has no call that makes a FIFO. With `-m` the umask does not matter. */
function makeFifos(folder: string, paths: string[]): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777); // whatever the umask says
  paths.forEach(remove);
  execFileSync('mkfifo', ['-m', '666', ...paths]);
}
