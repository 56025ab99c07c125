import { EventKind, RecordKind } from '../../lib/contract/message-headers';
import type { DeadEntry, DoneEntry, ItemEvent } from './stream-entries';

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
  private readonly startsByPod = new Map<string, number[]>();
  private death: DeadEntry | undefined;

  constructor(private readonly item: number) {}

  /** Events come in the order in which they were told, and each pod tells its own in order. */
  addEvent(event: ItemEvent): void {
    const { kind, pod, time, attempt } = event;
    if (kind === EventKind.STARTED) {
      if (event.item === this.item) this.attempts.push({ attempt, pod, started: time });
      else this.startsByPod.set(pod, [...(this.startsByPod.get(pod) ?? []), time]);
      return;
    }
    if (event.item !== this.item) return;
    const outcome = kind === EventKind.FAILED ? `failed (${event.reason})` : `given to another pod (${event.reason})`;
    this.close(pod, { ended: time, outcome });
  }

  addRecord(entry: DoneEntry | DeadEntry): void {
    if (entry.item !== this.item) return;
    if (entry.kind === RecordKind.DEAD) {
      this.death = entry;
      return;
    }
    const { attempt, pod, started, seconds } = entry;
    // The record knows when it began; the event is told a moment later, and may be missing.
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
    const other = this.startsByPod.get(pod)?.find((time) => time > started);
    if (again === undefined || other === undefined) return again?.started ?? other;
    return Math.min(again.started, other);
  }

  /** Ends the last attempt of a pod that has no end yet. */
  private close(pod: string, end: Partial<Attempt>): boolean {
    const at = this.attempts.map((each) => each.pod === pod && each.ended === undefined).lastIndexOf(true);
    if (at !== -1) this.attempts[at] = { ...this.attempts[at], ...end };
    return at !== -1;
  }
}
