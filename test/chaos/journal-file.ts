import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { EnvFieldPaths, EnvValue, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { Program } from '../../lib/index';
import type { Namespace } from '../../tools/cluster/namespace';
import { SharedFolder, sharedFolderMount } from '../../tools/cluster/shared-folder';

const CLAIM = 'journal';
const MOUNT = '/journal';
const ENTRIES = 'entries';
const ORDER = 'order';

interface Noted {
  /** When it was noted, in ISO 8601. */
  readonly time: string;
}

export interface Entry extends Noted {
  /** `order`: the program has one to obey. */
  readonly what: 'start' | 'order' | 'end';
  readonly queue: string;
  readonly item: string;
  readonly pod: string;
}

/** A fault that may cost an item of a pod an attempt: the one that is running, or the next. */
export interface Blame extends Noted {
  readonly what: 'blame';
  readonly pod: string;
}

/** The journal, in which programs write down that they begin and that they are done: a file in a {@link SharedFolder}. */
export class JournalFile {
  readonly entries: (Entry | Blame)[] = [];
  private readonly folder: SharedFolder;
  private file: number | undefined;
  private unread = '';
  private readonly listeners = new Set<(entry: Entry) => void>();
  private watcher: ReturnType<typeof watch> | undefined;

  constructor(namespace: Namespace) {
    this.folder = new SharedFolder(namespace, CLAIM);
  }

  async create(): Promise<void> {
    await this.folder.create();
    const path = this.folder.makeFile(ENTRIES);
    this.file = openSync(path, 'r');
    this.watcher = watch(path, () => this.read());
  }

  close(): void {
    this.watcher?.close();
    if (this.file !== undefined) closeSync(this.file);
  }

  /** What happened on a queue, in its order. */
  of(queue: string): Entry[] {
    this.read();
    return this.entries.filter((entry): entry is Entry => entry.what !== 'blame' && entry.queue === queue);
  }

  /** What happened to an item, and to the pods that had it, in words. */
  historyOf(queue: string, item: string): string[] {
    const pods = new Set(this.of(queue).flatMap((entry) => (entry.item === item ? [entry.pod] : [])));
    return this.entries
      .filter((entry) => pods.has(entry.pod) && (entry.what === 'blame' || entry.queue === queue))
      .map(
        (entry) => `${entry.time} ${entry.what} ${entry.what === 'blame' ? '' : `item ${entry.item} `}in ${entry.pod}`,
      );
  }

  /** A program in a pod is about to be hit. */
  blame(pod: string): void {
    this.read();
    this.entries.push({ what: 'blame', pod, time: new Date().toISOString() });
  }

  /** The next entry of a pod; nothing where there is none in time. It comes within a millisecond or two. */
  next(what: Entry['what'], pod: string, milliseconds: number): Promise<Entry | undefined> {
    return new Promise((resolve) => {
      const answer = (entry?: Entry) => {
        clearTimeout(timer);
        this.listeners.delete(listen);
        resolve(entry);
      };
      const listen = (entry: Entry) => {
        if (entry.what === what && entry.pod === pod) answer(entry);
      };
      const timer = setTimeout(answer, milliseconds);
      this.listeners.add(listen);
    });
  }

  /** Gives the next program that begins a line of sh to obey. False where none has begun in time. */
  async order(line: string, milliseconds: number): Promise<boolean> {
    const path = this.folder.path(ORDER);
    writeFileSync(`${path}.new`, `${line}\n`);
    renameSync(`${path}.new`, path);
    for (const end = performance.now() + milliseconds; performance.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (!existsSync(path)) return true;
    }
    try {
      rmSync(path);
      return false;
    } catch {
      return true; // taken in the last moment
    }
  }

  private read(): void {
    if (this.file === undefined) return;
    const part = Buffer.alloc(1 << 16);
    for (let size = readSync(this.file, part); size > 0; size = readSync(this.file, part)) {
      this.unread += part.toString('utf8', 0, size);
    }
    const lines = this.unread.split('\n');
    this.unread = lines.pop() ?? '';
    for (const line of lines) {
      const [what, queue, item, pod] = line.split('\t');
      const entry = { what, queue, item, pod, time: new Date().toISOString() } as Entry;
      this.entries.push(entry);
      for (const listen of [...this.listeners]) listen(entry);
    }
  }
}

export function journalMount(scope: Construct): VolumeMount {
  return sharedFolderMount(scope, CLAIM, MOUNT);
}

/** The pod's name, for {@link journalProgram}: several pods have the hostname of an index of the Job. */
export function journalVariables(): Record<string, EnvValue> {
  return { POD: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME) };
}

/** A program that writes down its start and its end, takes some time, and obeys an order where there is one. */
export function journalProgram(seconds: number): Program {
  return Program.command(
    'sh',
    '-c',
    [
      'read -r item',
      `say() { printf "%s\\t%s\\t%s\\t%s\\n" "$1" "$QUEUE" "$item" "$POD" >>${MOUNT}/${ENTRIES}; }`,
      'say start',
      `if [ -e ${MOUNT}/${ORDER} ] && mv ${MOUNT}/${ORDER} ${MOUNT}/${ORDER}.$POD.$$ 2>/dev/null; then`,
      '  say order',
      `  . ${MOUNT}/${ORDER}.$POD.$$`,
      'fi',
      `sleep ${seconds}`,
      'say end',
    ].join('\n'),
  );
}
