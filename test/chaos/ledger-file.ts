import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PersistentVolumeClaim, Volume, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { Program } from '../../lib/index';
import type { Namespace } from '../../tools/cluster/namespace';
import { until } from '../../tools/until';

const CLAIM = 'ledger';
const MOUNT = '/ledger';
const ENTRIES = 'entries';
const ORDER = 'order';

export interface Entry {
  /** `order`: the program has one to obey. */
  readonly what: 'start' | 'order' | 'end';
  readonly queue: string;
  readonly item: string;
  readonly pod: string;
}

/** A fault that may cost an item of a pod an attempt: the one that is running, or the next. */
export interface Blame {
  readonly what: 'blame';
  readonly pod: string;
}

/**
 * Where programs write down that they begin and that they are done: a file on a volume that is a folder of this machine. No
 * fault of a node, the network, the broker or the API server reaches it.
 */
export class LedgerFile {
  readonly entries: (Entry | Blame)[] = [];
  private folder = '';
  private file: number | undefined;
  private unread = '';
  private readonly listeners = new Set<(entry: Entry) => void>();
  private watcher: ReturnType<typeof watch> | undefined;

  constructor(private readonly namespace: Namespace) {}

  async create(): Promise<void> {
    const spec = { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } };
    await this.namespace.apply([{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: CLAIM }, spec }]);
    this.folder = await until('the folder of the ledger', async () => {
      const { volumeName } = (await this.namespace.get('pvc', CLAIM)).spec;
      return volumeName && (await this.namespace.get('pv', volumeName)).spec.hostPath.path;
    });
    const path = join(this.folder, ENTRIES);
    writeFileSync(path, '');
    chmodSync(path, 0o666); // the programs are another user
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

  /** A program in a pod is about to be hit. */
  blame(pod: string): void {
    this.read();
    this.entries.push({ what: 'blame', pod });
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
    const path = join(this.folder, ORDER);
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
      const entry = { what, queue, item, pod } as Entry;
      this.entries.push(entry);
      for (const listen of [...this.listeners]) listen(entry);
    }
  }
}

export function ledgerMount(scope: Construct): VolumeMount {
  const claim = PersistentVolumeClaim.fromClaimName(scope, 'LedgerClaim', CLAIM);
  return { path: MOUNT, volume: Volume.fromPersistentVolumeClaim(scope, 'Ledger', claim, { name: CLAIM }) };
}

/** A program that writes down its start and its end, takes some time, and obeys an order where there is one. */
export function ledgerProgram(seconds: number): Program {
  return Program.command(
    'sh',
    '-c',
    [
      'read -r item',
      `say() { printf "%s\\t%s\\t%s\\t%s\\n" "$1" "$QUEUE" "$item" "$HOSTNAME" >>${MOUNT}/${ENTRIES}; }`,
      'say start',
      `if [ -e ${MOUNT}/${ORDER} ] && mv ${MOUNT}/${ORDER} ${MOUNT}/${ORDER}.$HOSTNAME.$$ 2>/dev/null; then`,
      '  say order',
      `  . ${MOUNT}/${ORDER}.$HOSTNAME.$$`,
      'fi',
      `sleep ${seconds}`,
      'say end',
    ].join('\n'),
  );
}
