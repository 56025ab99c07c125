import { relatedQueues } from '../../contract/queues';
import { takeLock, tryLock } from '../amqp/lock';
import { BrokerError, type Session } from '../amqp/session';
import type { Ledger } from '../ledger/ledger';
import { leaveMark, readMark, settledMark } from '../ledger/settled-mark';
import type { ExitStatus } from '../runtime/exit-status';
import { log, plural } from '../runtime/log';
import type { Consumer } from './consumer';
import type { CourierContext } from './courier-context';
import { LostItems } from './lost-items';
import { verdict } from './verdict';

/**
 * How a pod learns that the run has ended. It ends when each item has a record, and the first pod that sees it leaves the settled
 * mark. All pods end by the mark, so that they agree, and need not all read the ledger.
 */
export class EndOfRun {
  private readonly lostItems: LostItems;

  constructor(
    private readonly session: Session,
    private readonly context: CourierContext,
    private readonly ledger: Ledger,
  ) {
    this.lostItems = new LostItems(session, context, ledger);
  }

  /** How this pod ends, if the mark is there. */
  async byMark(): Promise<ExitStatus | undefined> {
    const { settings, shutdown } = this.context;
    const holder = 'all items are settled, and another pod reads the settled mark';
    const lock = await takeLock(this.session, { name: this.lockName, shutdown, holder });
    const mark = await readMark(this.session, settings.queue);
    await lock.release();
    return mark && verdict(mark, this.context);
  }

  /**
   * Reads the ledger on, and leaves the mark if each item has a record. One pod at a time: others come back later. If nobody is
   * at work and nothing is ready, it also finds out whether items are lost.
   *
   * @returns how this pod ends, or a consumer with an item, or nothing if there is no end to see yet
   */
  async find(isNobodyAtWork: boolean): Promise<ExitStatus | Consumer | undefined> {
    const { settings } = this.context;
    const lock = await tryLock(this.session, this.lockName);
    if (lock instanceof BrokerError) {
      if (this.session.lost.aborted) throw lock;
      return undefined;
    }
    let mark = await readMark(this.session, settings.queue);
    if (!mark) {
      await this.ledger.readOn();
      const { records } = this.ledger;
      const found = !records.isComplete && isNobodyAtWork ? await this.lostItems.find() : undefined;
      if (found) {
        await lock.release();
        return found;
      }
      if (records.settlement) {
        mark = settledMark(records.run.itemCount, records.settlement, settings.pod);
        await leaveMark(this.session, settings.queue, mark);
        log(
          `${plural(records.count, 'item')} recorded in queue ${relatedQueues(settings.queue).ledger}: the run is settled`,
        );
      }
    }
    await lock.release();
    return mark && verdict(mark, this.context);
  }

  private get lockName(): string {
    return relatedQueues(this.context.settings.queue).settlingLock;
  }
}
