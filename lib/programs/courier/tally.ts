import { plural } from '../runtime/log';
import type { Message } from './message';

/** How many items the tally names. */
const NAMED = 3;

/** What the rules of counting need to know of a message. */
export type Counted = Pick<Message, 'belongsToRun' | 'isFirstDelivery' | 'filling' | 'name'>;

/**
 * Whether an item that is done counts towards its pod's exit. Each item has one first delivery, so N pods that succeed by work
 * have done N different items, even if the broker forgets an ack.
 */
export function countsTowardsExit({ belongsToRun, isFirstDelivery }: Counted): boolean {
  return belongsToRun && isFirstDelivery;
}

/** What this pod has done, and whether that is enough to end with success. */
export class Tally {
  private counted = 0;
  /** The filling of the queue whose items count. */
  private filling: string | undefined;
  /** Items that are acked and will count as soon as the broker's answer proves the acks. */
  private pendingCount = 0;
  private readonly finished: string[] = [];
  private readonly written = new Map<string, string>();
  private doneCount = 0;
  private deadCount = 0;
  private foreignCount = 0;
  private hasCountedAttempts = false;

  constructor(private readonly itemsPerPod: number) {}

  /**
   * A message has arrived. If the broker has lost its volume, and a seeder has filled the queue again, the items that this pod has
   * done are to be done once more: they must not stand for others.
   */
  arrived(message: Counted): void {
    if (!countsTowardsExit(message) || message.filling === this.filling) return;
    this.filling = message.filling;
    this.counted = 0;
    this.pendingCount = 0;
  }

  /** Whether the pod may end with success once this message is settled, and the acks before it are proven. */
  wouldReachItemsPerPod(message: Counted): boolean {
    return this.counts(message) && this.counted + this.pendingCount + 1 >= this.itemsPerPod;
  }

  acked(message: Counted): void {
    if (this.counts(message)) this.pendingCount++;
  }

  proven(message: Counted): void {
    if (this.counts(message)) this.pendingCount--;
    this.done(message);
  }

  /** The acks that the session before has not proven may not have been done. */
  newSession(): void {
    this.pendingCount = 0;
  }

  done(message: Counted): void {
    if (!message.belongsToRun) {
      this.foreignCount++;
      return;
    }
    if (this.counts(message)) this.counted++;
    this.doneCount++;
    if (this.finished.length < NAMED) this.finished.push(message.name);
  }

  /** The broker has confirmed a dead letter. The verdict of this pod must find it, by its key. */
  wroteDeadLetter(key: string, { name }: Counted): void {
    this.written.set(key, name);
  }

  /** The names of the messages whose dead letters this pod wrote, by key. */
  get writtenDeadLetters(): ReadonlyMap<string, string> {
    return this.written;
  }

  deadLettered({ name }: Counted): void {
    this.deadCount++;
    if (this.deadCount === 1) this.finished.push(`${name} as a dead letter`);
  }

  /** An attempt that failed in this pod goes along with the requeued item. */
  attemptCounted(): void {
    this.hasCountedAttempts = true;
  }

  /** Whether the pod has brought the run forward: it has settled a message, or counted an attempt of one. */
  get hasProgressed(): boolean {
    return this.hasCountedAttempts || this.doneCount + this.deadCount + this.foreignCount > 0;
  }

  get text(): string {
    return this.foreignCount > 0 ? `${this.items}; also ${plural(this.foreignCount, 'foreign message')}` : this.items;
  }

  private counts(message: Counted): boolean {
    return countsTowardsExit(message) && message.filling === this.filling;
  }

  private get items(): string {
    const total = this.doneCount + this.deadCount;
    if (total === 0) return 'no item done';
    const names = this.finished.join(', ');
    const dead = this.deadCount > 0 ? `, ${plural(this.deadCount, 'dead letter')}` : '';
    return `${plural(this.doneCount, 'item')} done${dead}: ${names}${total > this.finished.length ? ', …' : ''}`;
  }
}
