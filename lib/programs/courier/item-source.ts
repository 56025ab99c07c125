import type { Session } from '../amqp/session';
import { isMarked } from '../ledger/settled-mark';
import type { ExitStatus } from '../runtime/exit-status';
import { log } from '../runtime/log';
import { BackOff, jittered, sleep } from '../runtime/time';
import { Consumer } from './consumer';
import type { CourierContext } from './courier-context';
import type { Delivery } from './delivery';
import type { EndOfRun } from './end-of-run';
import { terminated, tooOld } from './exit-statuses';
import { isTooOld } from './pod-age';

/** How long an idle consumer waits for an item before it closes and asks whether all items are settled. */
const LISTEN_MS = 500;

/** How often the ledger is read on while other pods, or other clients, are consumers of the queue. */
const READ_AGAIN_MS = 20_000;

/** Where a courier gets its items from, and how it learns that there will be no more. */
export class ItemSource {
  private consumer: Consumer | undefined;
  private isWaiting = false;
  private hasDonePart = false;

  constructor(
    private readonly session: Session,
    private readonly context: CourierContext,
    private readonly end: EndOfRun,
  ) {}

  /**
   * The next item, or how the pod ends if there is none. The wait has no bound of its own: a pod that holds an item has one,
   * `itemTimeout`, and a pod that dies loses its item.
   */
  async next(): Promise<Delivery | ExitStatus> {
    const { settings, shutdown, tally } = this.context;
    const backOff = new BackOff(200, 5000);
    // A pod that has done its part is there for the end of the run, which may have come: it takes more only if more is ready.
    let listens = !this.hasDonePart || this.consumer !== undefined;
    while (!shutdown.aborted) {
      // Not with a consumer, which may have an item already.
      if (!this.consumer && isTooOld(settings)) return tooOld(tally.text);
      const delivery = listens && (await this.listen());
      listens = true;
      if (delivery) return delivery;
      const status = await this.idle(backOff);
      if (status) return status;
    }
    return terminated(tally.text);
  }

  /** The pod has done `itemsPerPod` items. */
  partIsDone(): void {
    this.hasDonePart = true;
  }

  /** The last item's settlement has closed the consumer. */
  closed(): void {
    this.consumer = undefined;
  }

  private async listen(): Promise<Delivery | undefined> {
    this.consumer ??= await Consumer.start(this.session, this.context.settings);
    const delivery = await this.consumer.next(jittered(LISTEN_MS), this.context.shutdown);
    if (!delivery) {
      await this.consumer.close();
      this.consumer = undefined;
    }
    return delivery;
  }

  /** Waits, without being a consumer, until an item is ready or the run has ended: then with how this pod ends. */
  private async idle(backOff: BackOff): Promise<ExitStatus | undefined> {
    const { settings, deadline, shutdown } = this.context;
    let lastReading = performance.now();
    for (; !shutdown.aborted && !isTooOld(settings); await sleep(backOff.next(), shutdown)) {
      if (await isMarked(this.session, settings.queue)) {
        const status = await this.end.byMark();
        if (status) return status;
      }
      const { ready, consumers } = await this.session.queueStatus(settings.queue);
      if (ready > 0) {
        backOff.reset();
        return undefined;
      }
      // Another pod may be at work. Nothing ready and nobody there is no progress.
      if (consumers > 0) deadline.reset();
      if (consumers === 0 || performance.now() - lastReading > READ_AGAIN_MS) {
        lastReading = performance.now();
        const found = await this.end.find(consumers === 0);
        if (found instanceof Consumer) this.consumer = found;
        if (found) return found instanceof Consumer ? undefined : found;
      } else if (!this.isWaiting) {
        this.isWaiting = true;
        log('no item is waiting; waiting for other pods to settle the last items');
      }
    }
    return undefined;
  }
}
