import type { ConsumeMessage } from 'amqplib';
import { EventKind } from '../../lib/contract/message-headers';
import type { RunItems } from '../../lib/programs/ledger/run-items';
import { type ItemEvent, itemEvent, startOf } from './stream-entries';

/** How many failures are kept. */
const MAX_FAILURES = 100;

/** An item that a pod has taken and not given back. */
export interface HeldItem {
  readonly item: number;
  readonly attempt: number;
  readonly pod: string;
  readonly node: string;
  /** When the attempt began, in milliseconds since 1970. */
  readonly started: number;
}

/** What the events of a run say: they may lack anything. */
export class EventsView {
  private readonly held = new Map<number, HeldItem>();
  private readonly failures: ItemEvent[] = [];

  constructor(readonly run: RunItems) {}

  add(message: ConsumeMessage): void {
    const event = itemEvent(this.run, message);
    switch (event?.kind) {
      case undefined:
        return;
      case EventKind.STARTED:
        this.hold(event);
        return;
      case EventKind.FAILED:
        // The pod holds the item on: it tries again, or makes it a dead letter. That the attempt began may not have been told.
        this.hold(event);
        this.failures.push(event);
        if (this.failures.length > MAX_FAILURES) this.failures.shift();
        return;
      case EventKind.REQUEUED:
        if (this.held.get(event.item)?.pod === event.pod) this.held.delete(event.item);
        return;
    }
  }

  private hold(event: ItemEvent): void {
    const { item, attempt, pod, node } = event;
    this.held.set(item, { item, attempt, pod, node, started: startOf(event) });
  }

  /** The items that pods hold, without those that are over. */
  heldItems(isOver: (item: number) => boolean): HeldItem[] {
    for (const item of this.held.keys()) if (isOver(item)) this.held.delete(item);
    return [...this.held.values()];
  }

  /** The last attempts that failed, the latest last. */
  lastFailures(count: number): ItemEvent[] {
    return this.failures.slice(-count);
  }
}
