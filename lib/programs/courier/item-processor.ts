import { ExitCode } from '../../contract/exit-codes';
import { relatedQueues } from '../../contract/queues';
import type { OutgoingMessage } from '../amqp/publish';
import { BrokerError, type Session } from '../amqp/session';
import type { Requeue } from '../events/run-events';
import { describeDeadLetter } from '../ledger/describe-dead-letter';
import { Ledger } from '../ledger/ledger';
import { deadRecord, doneRecord } from '../ledger/record';
import { isMarked } from '../ledger/settled-mark';
import type { ExitStatus } from '../runtime/exit-status';
import { log } from '../runtime/log';
import { abortedLater } from '../runtime/time';
import type { CourierContext } from './courier-context';
import { Delivery } from './delivery';
import { EndOfRun } from './end-of-run';
import { terminated, workerDied } from './exit-statuses';
import { type ItemOutcome, ItemRun } from './item-run';
import { ItemSource } from './item-source';
import { isTooOld } from './pod-age';

/** How long the record of a finished item is still published when the broker has taken the item back: the record is true. */
const LATE_RECORD_MS = 15_000;

/** Works on items over one session with the broker. */
export class ItemProcessor {
  private readonly ledger: Ledger;
  private readonly end: EndOfRun;
  private readonly source: ItemSource;

  constructor(
    private readonly session: Session,
    private readonly context: CourierContext,
  ) {
    const { settings, publishing } = context;
    const { ledger } = relatedQueues(settings.queue);
    const look = { subject: 'a look at the ledger', signal: session.lost };
    this.ledger = new Ledger(session, settings, (record) => publishing.publish(ledger, record, look));
    this.end = new EndOfRun(session, context, this.ledger);
    this.source = new ItemSource(session, context, this.end);
  }

  /** Item after item, until the pod has done its part or there are no more. */
  async processItems(): Promise<ExitStatus> {
    const { settings, deadline } = this.context;
    // Before the first item: what a settled run has left in the queue is not run.
    const settled = (await isMarked(this.session, settings.queue)) && (await this.end.byMark());
    if (settled) return settled;
    for (;;) {
      const delivery = await this.source.next();
      if (!(delivery instanceof Delivery)) return delivery;
      const status = await this.process(delivery);
      // Not after the run: an item that cannot be settled runs again and again, and no pod gets further by it.
      deadline.reset();
      if (status) return status;
    }
  }

  private async process(delivery: Delivery): Promise<ExitStatus | undefined> {
    const { deadline } = this.context;
    const { message } = delivery;
    if (await this.isRecorded(delivery)) {
      log(`${message.name}: delivered again, and recorded before; it does not run again`);
      delivery.ack();
      return undefined;
    }
    if (message.isUncountedRedelivery) {
      const { attemptsBefore: attempts, interruptions } = message;
      log(`${message.name}: interrupted before; requeued with that on record, because this broker does not count it`);
      await this.requeue(delivery, { attempts, interruptions, reason: 'interrupted before' });
      return undefined;
    }
    const run = new ItemRun(delivery, this.context).run();
    return this.settle(delivery, await deadline.without(run));
  }

  /**
   * Only an item that was delivered before may have a record, or one that was retried: there may be a copy of it. A ledger that is
   * no stream has one reader at a time. If it cannot be read, the item runs again: to give it back would cost it a delivery.
   */
  private async isRecorded({ message, lost }: Delivery): Promise<boolean> {
    const { number, generation } = message;
    const isKnown = message.isFirstDelivery && generation === 0;
    if (isKnown || number === undefined || !this.ledger.isStream) return false;
    try {
      return await this.ledger.has({ number, generation });
    } catch (error) {
      if (!(error instanceof BrokerError) || lost.aborted) throw error;
      log(`${message.name}: delivered again; whether it is recorded cannot be read now (${error.message}), so it runs`);
      return false;
    }
  }

  /** What follows from an item's outcome. An exit status if the pod has no more to do. */
  private async settle(delivery: Delivery, outcome: ItemOutcome): Promise<ExitStatus | undefined> {
    const { tally, shutdown } = this.context;
    const { name } = delivery.message;
    switch (outcome.kind) {
      case 'done':
        return this.settleDone(delivery, outcome);
      case 'failed':
        await this.settleFailed(delivery, outcome);
        return outcome.workerDied ? { code: ExitCode.TRY_AGAIN, message: tally.text } : undefined;
      case 'stopped':
        await this.requeue(delivery, { ...outcome, reason: shutdown.aborted ? 'terminated' : 'the worker died' });
        return shutdown.aborted ? terminated(`${name} goes to another pod; ${tally.text}`) : workerDied(tally.text);
      case 'worker-died':
      case 'not-delivered':
        await this.requeue(delivery, outcome);
        return { code: ExitCode.TRY_AGAIN, message: `${name}: ${outcome.reason}; another pod tries again` };
    }
  }

  private async settleDone(
    delivery: Delivery,
    outcome: ItemOutcome & { kind: 'done' },
  ): Promise<ExitStatus | undefined> {
    const { settings, tally, shutdown } = this.context;
    const { pod, node } = settings;
    const { message } = delivery;
    await this.record(delivery, (number) => doneRecord(settings, number, { ...outcome, pod, node }));
    const isEnough = tally.wouldReachItemsPerPod(message);
    if (isEnough) this.source.partIsDone();
    if (isEnough || shutdown.aborted || isTooOld(settings)) {
      await delivery.ackAndClose();
      this.source.closed();
    } else {
      delivery.ack();
    }
    tally.done(message);
    if (isEnough && tally.endsByCount) return { code: ExitCode.DONE, message: tally.text };
    return shutdown.aborted ? terminated(tally.text) : undefined;
  }

  private async settleFailed(delivery: Delivery, { failure }: ItemOutcome & { kind: 'failed' }): Promise<void> {
    const { settings, publishing, tally } = this.context;
    const { pod, node, queue } = settings;
    const { message } = delivery;
    const { generation } = message;
    const letter = message.deadLetter(failure, pod);
    const subject = `${message.name}: its dead letter`;
    await publishing.publish(relatedQueues(queue).dead, letter, { subject, signal: delivery.lost });
    const description = describeDeadLetter(letter.body, letter.headers ?? {});
    await this.record(delivery, (number) => deadRecord(settings, { number, generation }, { description, pod, node }));
    await delivery.ackAndClose();
    this.source.closed();
    tally.deadLettered(message);
  }

  /**
   * Writes the record of an item that is over, before the item is acked: an item without a record is not settled. A foreign
   * message has none.
   */
  private async record({ message, lost }: Delivery, make: (number: number) => OutgoingMessage): Promise<void> {
    const { number } = message;
    if (number === undefined) return;
    const { settings, publishing } = this.context;
    const late = abortedLater(lost, LATE_RECORD_MS);
    const { ledger } = relatedQueues(settings.queue);
    const subject = `${message.name}: its record`;
    await publishing.publish(ledger, make(number), { subject, signal: late.signal }).finally(late.release);
  }

  /**
   * Gives an item to another pod, with its history: publishes a copy to the queue and, when the broker has confirmed the copy,
   * settles the item. The copy goes to the end of the queue, so other items have their turn first.
   *
   * Not `nack`: while there is a consumer the broker may push the item to it again at once, and the close that follows counts an
   * attempt (seen on 4.3.6; 3.x counts every nack).
   */
  private async requeue(delivery: Delivery, requeue: Requeue): Promise<void> {
    const { settings, publishing, tally, events } = this.context;
    const { attempts, interruptions } = requeue;
    const { message, lost } = delivery;
    const copy = message.requeued(attempts, interruptions);
    await publishing.publish(settings.queue, copy, { subject: `${message.name}: its copy`, signal: lost });
    await delivery.ackAndClose();
    this.source.closed();
    events.requeued(message, requeue);
    if (attempts > message.attemptsBefore) tally.attemptCounted();
  }
}
