import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Exchange, Verb } from '../../contract/shared-volume';
import { debug } from '../runtime/debug';
import { log } from '../runtime/log';
import { inTime } from '../runtime/time';
import { Tail } from './tail';

/** How a run of the program ended: its exit status as a shell gives it, or nothing, where the worker is gone with it. */
export type ProgramEnd = number | 'worker gone' | NotHandedOver;

/** Nothing ran: the item could not be written for the program. */
export class NotHandedOver {
  constructor(readonly reason: string) {}
}

/** The last one tells the shim that all are there. */
const FIFOS = [Exchange.UP, Exchange.STDERR_COPY, Exchange.STDERR, Exchange.RUNS, Exchange.RUNNER, Exchange.DOWN];

const NOTHING = Buffer.alloc(0);

/** Whether the worker's container is created is looked at so often, and said when that takes longer than usual. */
const LOOK_MS = 1000;
const LOOKS_IN_SILENCE = 10;

/** What comes up, at the end of a line: the program, which can write there too, may have left the beginning of one. */
const LINE = new RegExp(`(${Verb.READY}|${Verb.LEAVE}|${Verb.EXIT})(?: (\\d{1,15}) (\\d{1,3}))?$`);
const LONGEST_LINE = 100;

/** The courier's end of the two FIFOs to `shim.sh`, which runs the program in the worker's container. */
export class WorkerLink {
  /** The end of what the program has written to standard error in this run. */
  readonly stderr: Tail;
  private readonly leaveHeard = new AbortController();
  private readonly up: Socket;
  private down: number | undefined;
  private unread = '';
  private readonly readyOrGone: Promise<boolean>;
  private isReady: (ready: boolean) => void = () => {};
  private ended: (end: ProgramEnd) => void = () => {};
  private runs = 0;
  private isGone = false;

  /**
   * Makes the FIFOs. The user of the worker's container need not be ours, so everybody may write. `down` comes last: the shim
   * waits for that one, and then expects the others.
   */
  constructor(private readonly folder: string) {
    this.readyOrGone = new Promise((resolve) => {
      this.isReady = resolve;
    });
    makeFifos(FIFOS.map((name) => join(folder, name)));
    this.up = openFifo(join(folder, Exchange.UP));
    this.up.setEncoding('utf8');
    this.up.on('data', (text: string) => this.read(text));
    this.up.on('error', () => this.end());
    this.up.on('end', () => this.end());
    this.stderr = new Tail(openFifo(join(folder, Exchange.STDERR_COPY)));
  }

  /** Aborts when the worker's container is asked to leave. The kubelet may tell it before us. */
  get leave(): AbortSignal {
    return this.leaveHeard.signal;
  }

  /** Whether the worker's container has ended: it runs nothing any more. */
  get gone(): boolean {
    return this.isGone;
  }

  /**
   * False where the shim did not come within `milliseconds` after the worker's container was created. The wait before that
   * has no bound: its image may still have to be pulled, and a pod does not end before all its containers were created.
   */
  async ready(milliseconds: number, leave: AbortSignal): Promise<boolean> {
    const created = join(this.folder, Exchange.WORKER_CREATED);
    for (let looks = 1; !existsSync(created); looks++) {
      const ready = await inTime(this.readyOrGone, LOOK_MS, leave);
      if (ready !== undefined || leave.aborted) return ready ?? false;
      if (looks === LOOKS_IN_SILENCE) {
        log("waiting for the worker's container: is its image there? (kubectl describe pod)");
      }
    }
    return (await inTime(this.readyOrGone, milliseconds, leave)) ?? false;
  }

  /**
   * Runs the program on the item.
   *
   * @param call lines of sh, see `callLines`, that set its variables and arguments; none if not given
   * @returns a promise that resolves when it has ended, and never rejects
   */
  run(item: Buffer, call: Buffer = NOTHING): Promise<ProgramEnd> {
    try {
      this.write(Exchange.ITEM, item);
      this.write(Exchange.CALL, call);
    } catch (error) {
      const reason = `cannot be handed to the program: ${(error as Error).message}; has the program written into ${this.folder}?`;
      return Promise.resolve(new NotHandedOver(reason));
    }
    this.stderr.clear();
    return new Promise((resolve) => {
      this.ended = resolve;
      if (this.isGone || !this.say(`${Verb.RUN} ${++this.runs}`)) resolve('worker gone');
    });
  }

  /**
   * A new file each time: what an earlier run left behind may still have the old one open. And never through a link that a
   * program has put there: it would lead into our container.
   */
  private write(name: string, content: Buffer): void {
    const file = join(this.folder, name);
    remove(file);
    writeFileSync(file, content, { mode: 0o644, flag: 'wx' });
  }

  /** Asks the program to stop. */
  term(): void {
    this.say(Verb.TERM);
  }

  /** Stops the program and what it started. */
  kill(): void {
    this.say(Verb.KILL);
  }

  /** Ends the worker's container with `status`; its termination message is the sentence. */
  quit(status: number, sentence: string): void {
    if (this.down === undefined) this.openDown(); // the shim may have come just now
    this.say(`${Verb.QUIT} ${status} ${sentence.replace(/\s+/g, ' ')}`);
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
      } else if (verb === Verb.LEAVE) {
        this.leaveHeard.abort();
      } else if (verb === Verb.EXIT && Number(run) === this.runs) {
        this.ended(Number(status));
      }
    }
  }

  /** Fails, and leaves it closed, where the shim does not have its end open. */
  private openDown(): void {
    try {
      this.down = openSync(join(this.folder, Exchange.DOWN), constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {
      this.down = undefined;
    }
  }

  private end(): void {
    this.isGone = true;
    this.isReady(false);
    this.ended('worker gone');
  }

  private say(words: string): boolean {
    debug?.(`shim: ${this.down === undefined ? 'cannot be told' : 'is told'} ${words}`);
    if (this.down === undefined) return false;
    try {
      // A line of its own, whatever a program may have written there.
      writeSync(this.down, `${this.runs > 0 ? '\n' : ''}${words}\n`);
      return true;
    } catch {
      return false; // nobody reads: the worker is gone, and the end of `up` says so
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

/** For reading, without waiting for somebody who writes. */
function openFifo(path: string): Socket {
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
}

/** In their order. Node has no call that makes a FIFO. With `-m` the umask does not matter. */
function makeFifos(paths: string[]): void {
  paths.forEach(remove);
  execFileSync('mkfifo', ['-m', '666', ...paths]);
}
