import { EventKind, RecordKind } from '../../lib/contract/message-headers';
import { type DeadEntry, type DoneEntry, type ItemEvent, startOf } from './stream-entries';

/** One execution of the program on an item, as far as ledger and events tell it. */
export interface Attempt {
  readonly attempt: number;
  readonly pod: string;
  /** In milliseconds since 1970. */
  readonly started: number;
  /** Missing while it runs, and if nobody told its end. */
  readonly ended?: number;
  /** `done`, or why it was not. */
  readonly outcome?: string;
}

/** The attempts of one item, and when its pods have begun with other items. */
export class ItemAttempts {
  private readonly attempts: Attempt[] = [];
  /** Of other items. */
  private readonly startsByPod = new Map<string, number[]>();
  private death: DeadEntry | undefined;

  constructor(private readonly item: number) {}

  /** Events come in the order in which they were told, and each pod tells its own in order. A start may not have been told. */
  addEvent(event: ItemEvent): void {
    const { item, kind, pod, time, attempt } = event;
    if (item !== this.item) {
      if (kind !== EventKind.REQUEUED) this.addOther(pod, startOf(event));
      return;
    }
    if (kind === EventKind.STARTED) {
      this.attempts.push({ attempt, pod, started: time });
      return;
    }
    const outcome = kind === EventKind.FAILED ? `failed (${event.reason})` : `given to another pod (${event.reason})`;
    const end = { ended: time, outcome };
    if (this.close(pod, end) || kind !== EventKind.FAILED) return;
    this.attempts.push({ attempt, pod, started: startOf(event), ...end });
  }

  addRecord(entry: DoneEntry | DeadEntry): void {
    if (entry.item !== this.item) {
      if (entry.kind === RecordKind.DONE) this.addOther(entry.pod, entry.started);
      return;
    }
    if (entry.kind === RecordKind.DEAD) {
      this.death = entry;
      return;
    }
    const { attempt, pod, started, seconds } = entry;
    const known = { started, ended: started + seconds * 1000, outcome: 'done' };
    if (!this.close(pod, known)) this.attempts.push({ attempt, pod, ...known });
  }

  /** The attempts in order. */
  get all(): readonly Attempt[] {
    return [...this.attempts].sort((a, b) => a.started - b.started);
  }

  /** The record that says that the item is a dead letter. */
  get dead(): DeadEntry | undefined {
    return this.death;
  }

  /** When the pod of an attempt has begun with what came next. */
  nextStart({ pod, started }: Attempt): number | undefined {
    const again = this.all.find((each) => each.pod === pod && each.started > started);
    // In no order: records are read after events.
    const other = this.startsByPod
      .get(pod)
      ?.reduce((next, time) => (time > started ? Math.min(next, time) : next), Infinity);
    const next = Math.min(again?.started ?? Infinity, other ?? Infinity);
    return next === Infinity ? undefined : next;
  }

  private addOther(pod: string, start: number): void {
    const starts = this.startsByPod.get(pod);
    if (starts) starts.push(start);
    else this.startsByPod.set(pod, [start]);
  }

  /** Ends the last attempt of a pod that has no end yet. */
  private close(pod: string, end: Partial<Attempt>): boolean {
    const at = this.attempts.map((each) => each.pod === pod && each.ended === undefined).lastIndexOf(true);
    if (at !== -1) this.attempts[at] = { ...this.attempts[at], ...end };
    return at !== -1;
  }
}
