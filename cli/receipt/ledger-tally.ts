import { ItemHeader, RecordHeader, RecordKind } from '../../lib/contract/message-headers';
import { type RecordMessage, Records } from '../../lib/programs/ledger/records';
import { belongsToRun, type RunItems } from '../../lib/programs/ledger/run-items';
import { oneLine } from '../../lib/programs/runtime/log';
import { shortened } from '../../lib/programs/runtime/visible';
import { type DeadEntry, type DoneEntry, ledgerEntry } from '../run-state/stream-entries';
import { Fingerprints } from './fingerprints';
import type { Example, Times } from './receipt';

/** How many examples a finding has. */
const MAX_EXAMPLES = 20;

/** How many dead letters a receipt has. More are kept, because some may be done as well. */
const MAX_DEAD = 1000;

const MAX_KEPT_DEAD = 10 * MAX_DEAD;

const MAX_RANGES = 1000;

/** The length of a foreign name that is shown. */
const MAX_FOREIGN = 100;

/** Items whose records contradict each other or say the same of two pods, by their numbers. */
class OddItems {
  private readonly seen: Uint8Array;
  /** The first ones that were found. */
  readonly first: number[] = [];
  count = 0;

  constructor(itemCount: number) {
    this.seen = new Uint8Array(itemCount);
  }

  add(item: number): void {
    if (this.seen[item] === 1) return;
    this.seen[item] = 1;
    this.count++;
    if (this.first.length < MAX_EXAMPLES) this.first.push(item);
  }
}

/** The ledger of a run, item by item: a few bytes for each, however many there are. */
export class LedgerTally {
  readonly records: Records;
  recordCount = 0;
  foreignCount = 0;
  readonly foreign: Example[] = [];
  readonly doneTwice: OddItems;
  readonly deadTwice: OddItems;
  readonly doneAndDead: OddItems;
  /** Of the items that are done, how many at which attempt. */
  readonly attempts = new Map<number, number>();
  private readonly done: Fingerprints;
  private readonly dead: Fingerprints;
  private readonly deadEntries = new Map<number, DeadEntry>();
  private firstStart = Number.POSITIVE_INFINITY;
  private lastEnd = 0;
  private workSeconds = 0;

  constructor(
    readonly run: RunItems,
    /** Called with the pod of each item that is done. */
    private readonly onDone: (pod: string) => void,
  ) {
    this.records = new Records(run);
    this.doneTwice = new OddItems(run.itemCount);
    this.deadTwice = new OddItems(run.itemCount);
    this.doneAndDead = new OddItems(run.itemCount);
    this.done = new Fingerprints(run.itemCount);
    this.dead = new Fingerprints(run.itemCount);
  }

  add(message: RecordMessage): void {
    this.records.add(message);
    const entry = ledgerEntry(this.run, message);
    if (isRetry(this.run, message)) this.forgetDeath(Number(message.properties.messageId));
    else if (!entry) this.addForeign(message);
    else if (entry.kind === RecordKind.DONE) this.addDone(entry, message.content);
    else this.addDead(entry, message.content);
  }

  /** The dead items by their numbers, as many as are kept. */
  get deadItems(): DeadEntry[] {
    const dead = [...this.deadEntries.values()].filter(({ item }) => !this.records.isDone(item));
    return dead.sort((a, b) => a.item - b.item).slice(0, MAX_DEAD);
  }

  /** The items without a record, as ranges. */
  get missing(): [number, number][] {
    const ranges: [number, number][] = [];
    for (const item of this.records.missing()) {
      const last = ranges.at(-1);
      if (last?.[1] === item - 1) last[1] = item;
      else if (ranges.push([item, item]) > MAX_RANGES) break;
    }
    return ranges.slice(0, MAX_RANGES);
  }

  get times(): Times | undefined {
    if (this.lastEnd === 0) return undefined;
    return {
      firstStart: new Date(this.firstStart).toISOString(),
      lastEnd: new Date(this.lastEnd).toISOString(),
      elapsedSeconds: (this.lastEnd - this.firstStart) / 1000,
      workSeconds: Math.round(this.workSeconds * 1000) / 1000,
    };
  }

  private addDone(entry: DoneEntry, content: Buffer): void {
    const { item, attempt, started, seconds, pod } = entry;
    this.recordCount++;
    if (this.dead.has(item)) this.doneAndDead.add(item);
    const what = this.done.add(item, content);
    if (what === 'other') this.doneTwice.add(item);
    if (what !== 'first') return;
    this.attempts.set(attempt, (this.attempts.get(attempt) ?? 0) + 1);
    this.workSeconds += seconds;
    if (started > 0) {
      this.firstStart = Math.min(this.firstStart, started);
      this.lastEnd = Math.max(this.lastEnd, started + seconds * 1000);
    }
    this.onDone(pod);
  }

  private addDead(entry: DeadEntry, content: Buffer): void {
    const { item } = entry;
    this.recordCount++;
    if (this.done.has(item)) this.doneAndDead.add(item);
    if (this.dead.add(item, content) === 'other') this.deadTwice.add(item);
    if (this.deadEntries.size < MAX_KEPT_DEAD) this.deadEntries.set(item, entry);
  }

  /** An item that goes back into the queue may be done, or dead once more. */
  private forgetDeath(item: number): void {
    if (this.records.isDead(item)) return;
    this.dead.forget(item);
    this.deadEntries.delete(item);
  }

  /** A record of another run, or of an item that the list does not have. */
  private addForeign({ properties }: RecordMessage): void {
    const kind: unknown = properties.headers?.[RecordHeader.KIND];
    if (kind !== RecordKind.DONE && kind !== RecordKind.DEAD) return;
    this.foreignCount++;
    if (this.foreign.length >= MAX_EXAMPLES) return;
    const name = (value: unknown) => shortened(oneLine(String(value ?? '')), MAX_FOREIGN);
    const recordRun = name(properties.headers?.[ItemHeader.RUN]);
    this.foreign.push({ item: name(properties.messageId), recordRun, pods: [] });
  }
}

function isRetry(run: RunItems, { properties }: RecordMessage): boolean {
  return properties.headers?.[RecordHeader.KIND] === RecordKind.RETRIED && belongsToRun(run, properties);
}

/** Which pods have written records of a few items: a second reading, of which little is kept. */
export class RecordPods {
  private readonly pods: Map<number, Set<string>>;

  constructor(
    private readonly run: RunItems,
    items: readonly number[],
  ) {
    this.pods = new Map(items.map((item) => [item, new Set()]));
  }

  add(message: RecordMessage): void {
    if (!this.pods.has(Number(message.properties.messageId))) return;
    const entry = ledgerEntry(this.run, message);
    const pods = entry && this.pods.get(entry.item);
    if (pods && pods.size < MAX_EXAMPLES) pods.add(entry.pod);
  }

  examples(items: readonly number[]): Example[] {
    return items.map((item) => ({ item, pods: [...(this.pods.get(item) ?? [])] }));
  }
}
