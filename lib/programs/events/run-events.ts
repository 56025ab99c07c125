import { EventKind } from '../../contract/message-headers';
import { EVENT_STDERR_BYTES, relatedQueues } from '../../contract/queues';
import type { OutgoingMessage } from '../amqp/publish';
import { record } from '../ledger/record';
import type { RunItems } from '../ledger/run-items';
import { lastBytes } from '../runtime/last-bytes';

/** Sends a message that nobody waits for. */
export type Announce = (queue: string, message: OutgoingMessage) => void;

/** The item of an event. A foreign message has no number, and no events. */
export interface EventItem {
  readonly number: number | undefined;
}

/** How an attempt has failed. */
export interface AttemptFailure {
  readonly attempts: number;
  readonly reason: string;
  readonly milliseconds: number;
  readonly exitCode?: number;
  readonly signal?: number;
  /** What the program has written to standard error, or the end of it. */
  readonly stderr?: string;
  /** When the attempt ended. It is told a little later. */
  readonly ended: Date;
}

/** Why a pod gives its item to another one, and what has happened to the item so far. */
export interface Requeue {
  readonly reason: string;
  readonly attempts: number;
  readonly interruptions: number;
}

/**
 * What goes on in a run, in `<queue>.events`, for people: no step depends on it, so it may lack anything. What is over is in the
 * ledger.
 */
export class RunEvents {
  constructor(
    private readonly run: Pick<RunItems, 'queue' | 'run'>,
    /** Who tells it. */
    private readonly origin: { readonly pod?: string; readonly node?: string },
    private readonly announce: Announce,
  ) {}

  /** An attempt has begun and goes on. */
  started({ number }: EventItem, attempt: number, time: Date): void {
    this.tell(EventKind.STARTED, number, { attempt }, time);
  }

  failed({ number }: EventItem, { attempts: attempt, milliseconds, stderr, ended, ...cause }: AttemptFailure): void {
    const end = stderr ? { stderr: lastBytes(stderr, EVENT_STDERR_BYTES) } : {};
    this.tell(EventKind.FAILED, number, { attempt, ...cause, seconds: milliseconds / 1000, ...end }, ended);
  }

  requeued({ number }: EventItem, { reason, attempts, interruptions }: Requeue): void {
    this.tell(EventKind.REQUEUED, number, { reason, attempts, interruptions });
  }

  /** The seeder begins to fill the queue. Some of the items may have records. */
  filling(items: number, recorded: number): void {
    this.tell(EventKind.FILLING, undefined, { items, recorded });
  }

  /** The seeder has left its mark. */
  filled(items: number, recorded: number): void {
    this.tell(EventKind.FILLED, undefined, { items, recorded });
  }

  private tell(kind: string, number: number | undefined, details: object, time = new Date()): void {
    const messageId = number === undefined ? undefined : String(number);
    const event = record(this.run, kind, messageId, { ...details, ...this.origin, time: time.toISOString() });
    this.announce(relatedQueues(this.run.queue).events, event);
  }
}
