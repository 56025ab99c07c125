import { RecordKind } from '../../lib/contract/message-headers';
import { type RecordMessage, Records } from '../../lib/programs/ledger/records';
import type { RunItems } from '../../lib/programs/ledger/run-items';
import { type DeadEntry, type DoneEntry, ledgerEntry } from './stream-entries';

/** How many dead letters are kept, for a person. */
const MAX_DEAD = 100;

/** How many durations and ends are kept: the last ones say most about what comes. */
const MAX_SAMPLES = 1000;

/** What the ledger of a run says: which items are over, and how long they took. */
export class LedgerView {
  readonly records: Records;
  private readonly dead = new Map<number, DeadEntry>();
  private readonly lastDone: DoneEntry[] = [];
  private nextSample = 0;
  private workSeconds = 0;
  private firstStart = Number.POSITIVE_INFINITY;
  private lastEnd = 0;

  constructor(readonly run: RunItems) {
    this.records = new Records(run);
  }

  add(message: RecordMessage): void {
    this.records.add(message);
    const entry = ledgerEntry(this.run, message);
    if (entry?.kind === RecordKind.DONE) this.addDone(entry);
    else if (entry && this.dead.size < MAX_DEAD && this.records.isDead(entry.item)) this.dead.set(entry.item, entry);
    else if (this.dead.size > 0) this.forget(message);
  }

  /** An item that goes back into the queue is no dead letter for now. */
  private forget({ properties }: RecordMessage): void {
    const item = Number(properties.messageId);
    if (!this.records.isDead(item)) this.dead.delete(item);
  }

  get doneCount(): number {
    return this.records.count - this.records.deadCount;
  }

  /** The first dead letters, in the order of their items. An item that is done as well is done. */
  get deadLetters(): DeadEntry[] {
    return [...this.dead.values()].sort((a, b) => a.item - b.item);
  }

  /** How long the last items took that are done, in seconds. */
  get durations(): number[] {
    return this.lastDone.map(({ seconds }) => seconds);
  }

  /** When the last items were done, in milliseconds since 1970, in order. */
  get ends(): number[] {
    return this.lastDone.map(endOf).sort((a, b) => a - b);
  }

  /** From the first start of an item to the last end, in milliseconds since 1970. */
  get span(): { readonly from: number; readonly to: number } | undefined {
    return this.lastEnd === 0 ? undefined : { from: this.firstStart, to: this.lastEnd };
  }

  /** How long all attempts took that were successful, in seconds. */
  get totalSeconds(): number {
    return this.workSeconds;
  }

  private addDone(entry: DoneEntry): void {
    this.dead.delete(entry.item);
    this.workSeconds += entry.seconds;
    if (entry.started > 0) {
      this.firstStart = Math.min(this.firstStart, entry.started);
      this.lastEnd = Math.max(this.lastEnd, endOf(entry));
    }
    this.lastDone[this.nextSample] = entry;
    this.nextSample = (this.nextSample + 1) % MAX_SAMPLES;
  }
}

function endOf({ started, seconds }: DoneEntry): number {
  return started + seconds * 1000;
}
