import type { Session } from '../amqp/session';
import { log } from '../runtime/log';
import type { Patience } from '../runtime/patience';
import { backOff, jittered, sleep } from '../runtime/time';
import { Consumer } from './consumer';
import type { HeldItem } from './held-item';
import type { OwnItems } from './own-items';

/** How long an idle consumer waits for an item before it closes and looks whether all is settled. */
const LISTEN_MS = 1000;

/**
 * Where a courier gets its items from, and how it learns that there will be no more.
 *
 * "Settled" must never be wrong: a pod that sees it may end with success. A plain look at the queue (0 ready, 0 consumers)
 * was wrong 12,554 times in 46,000 aimed races: a message on its way back is nowhere. So a look gives a candidate only, and
 * a probe decides (wrong 0 times).
 */
export class ItemSource {
  private consumer: Consumer | undefined;

  constructor(
    private readonly session: Session,
    private readonly items: OwnItems,
    private readonly patience: Patience,
    private readonly leave: AbortSignal,
  ) {}

  /**
   * The next item; `settled` where every item is done or a dead letter; `left` where the pod was asked to leave.
   * The wait has no bound of its own: who holds an item has one, `itemTimeout`, and who dies loses it.
   */
  async next(): Promise<HeldItem | 'settled' | 'left'> {
    let pause = backOff(200, 5000);
    let saidWaiting = false;
    while (!this.leave.aborted) {
      const item = await this.listen();
      if (item) return item;
      for (;;) {
        if (this.leave.aborted) return 'left';
        const { ready, consumers } = await this.session.look(this.items.queue);
        this.patience.well();
        if (ready > 0) {
          pause = backOff(200, 5000);
          break;
        }
        if (consumers === 0) {
          const found = await this.probe();
          if (found !== 'unknown') return found;
        } else if (!saidWaiting) {
          saidWaiting = true;
          log('nothing to take; waiting for other pods to settle the last items');
        }
        await sleep(pause(), this.leave);
      }
    }
    return 'left';
  }

  /** The source has no consumer any more: its last item closed it. */
  closed(): void {
    this.consumer = undefined;
  }

  private async listen(): Promise<HeldItem | undefined> {
    this.consumer ??= await Consumer.start(this.session, this.items);
    const item = await this.consumer.next(jittered(LISTEN_MS), this.leave);
    if (!item) {
      await this.consumer.close();
      this.consumer = undefined;
    }
    return item;
  }

  /**
   * Settled is: as the only consumer of the queue, with nothing ready, nothing is pushed to us, and after we have left there
   * is still nothing ready, and still no other consumer. An item that somebody holds keeps its holder's consumer there; one
   * that comes back is pushed to us, or to a consumer that has come meanwhile, or is ready.
   */
  private async probe(): Promise<HeldItem | 'settled' | 'unknown'> {
    const consumer = await Consumer.start(this.session, this.items);
    const { ready, consumers } = await consumer.look();
    const alone = ready === 0 && consumers === 1;
    await consumer.look(); // a fence: whatever the broker had pushed before its first answer is here now
    const item = consumer.takeArrived();
    if (item) {
      this.consumer = consumer;
      return item;
    }
    await consumer.close();
    const after = await this.session.look(this.items.queue);
    return alone && after.ready === 0 && after.consumers === 0 ? 'settled' : 'unknown';
  }
}
