import { plural } from '../runtime/log';
import type { Message } from './message';

/** How many items the tally names. */
const NAMED = 3;

/** What the rules of counting need to know of a message. */
export type Counted = Pick<Message, 'belongsToRun' | 'isFirstDelivery' | 'name'>;

/** What a pod has to do before it makes room for the next one. */
export interface PodShare {
  readonly itemsPerPod: number;
  /** Whether the pod may end with success by that. */
  readonly endsByCount: boolean;
}

/**
 * Whether a pod may end with success because it has done `itemsPerPod` items. The pod of the Job's last index may not: it ends
 * by the settled mark. So a Complete Job is settled, even if an item counts twice, because a volume of the broker was replaced by
 * an older copy, or a seeder that was cut off publishes its items late. The counts of the other pods decide only when each of
 * them makes room for the next.
 *
 * A pod without an index, which is not of an Indexed Job, may be the last one. Without a number of completions it is in a pool,
 * where no pod ends by its count.
 */
export function endsByCount(index: number | undefined, completions: number | undefined): boolean {
  return index !== undefined && completions !== undefined && index < completions - 1;
}

/** What this pod has done, and whether that is enough to end with success. */
export class Tally {
  private counted = 0;
  private readonly finished: string[] = [];
  private doneCount = 0;
  private deadCount = 0;
  private foreignCount = 0;
  private hasCountedAttempts = false;

  constructor(private readonly share: PodShare) {}

  /** Whether the pod has done its part once this message is settled. */
  wouldReachItemsPerPod(message: Counted): boolean {
    return counts(message) && this.counted + 1 >= this.share.itemsPerPod;
  }

  /** Whether the pod may end with success by that. */
  get endsByCount(): boolean {
    return this.share.endsByCount;
  }

  done(message: Counted): void {
    if (!message.belongsToRun) {
      this.foreignCount++;
      return;
    }
    if (counts(message)) this.counted++;
    this.doneCount++;
    if (this.finished.length < NAMED) this.finished.push(message.name);
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

  private get items(): string {
    const total = this.doneCount + this.deadCount;
    if (total === 0) return 'no item done';
    const names = this.finished.join(', ');
    const dead = this.deadCount > 0 ? `, ${plural(this.deadCount, 'dead letter')}` : '';
    return `${plural(this.doneCount, 'item')} done${dead}: ${names}${total > this.finished.length ? ', …' : ''}`;
  }
}

/** Each item has one first delivery, so that pods that end by their counts leave enough for the others. */
function counts({ belongsToRun, isFirstDelivery }: Counted): boolean {
  return belongsToRun && isFirstDelivery;
}
