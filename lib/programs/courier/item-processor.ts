import { ExitCode } from '../../contract/exit-codes';
import { relatedQueues } from '../../contract/queues';
import type { Session } from '../amqp/session';
import type { ExitStatus } from '../runtime/exit-status';
import { log } from '../runtime/log';
import type { CourierContext } from './courier-context';
import { deadLetterKey } from './dead-letters';
import type { Delivery } from './delivery';
import { terminated, workerDied } from './exit-statuses';
import { type ItemHistory, type ItemOutcome, ItemRun } from './item-run';
import { ItemSource } from './item-source';
import { requeue } from './requeue';
import { reachVerdict } from './verdict';

/** Works on items over one session with the broker. */
export class ItemProcessor {
  private readonly source: ItemSource;

  constructor(
    private readonly session: Session,
    private readonly context: CourierContext,
  ) {
    const { settings, deadline, shutdown } = context;
    this.source = new ItemSource(session, settings, deadline, shutdown);
  }

  /** Item after item, until the pod has done its part or there are no more. */
  async processItems(): Promise<ExitStatus> {
    const { tally, deadline } = this.context;
    for (;;) {
      const delivery = await this.source.next();
      if (delivery === 'terminated') return terminated(tally.text);
      if (delivery === 'settled') return reachVerdict(this.session, this.context);
      const status = await this.process(delivery);
      // Not after the run: an item that cannot be settled runs again and again, and no pod gets further by it.
      deadline.reset();
      if (status) return status;
    }
  }

  private async process(delivery: Delivery): Promise<ExitStatus | undefined> {
    const { settings, worker, tally, deadline, podShutdown } = this.context;
    const { message } = delivery;
    if (message.isUncountedRedelivery) {
      const { attemptsBefore: attempts, interruptions } = message;
      log(`${message.name}: interrupted before; requeued with that on record, because this broker does not count it`);
      await this.requeue(delivery, { attempts, interruptions });
      return undefined;
    }
    tally.arrived(message);
    const run = new ItemRun(delivery, settings, worker, podShutdown).run();
    return this.settle(delivery, await deadline.without(run));
  }

  /** What follows from an item's outcome. An exit status if the pod has no more to do. */
  private async settle(delivery: Delivery, outcome: ItemOutcome): Promise<ExitStatus | undefined> {
    const { tally, shutdown } = this.context;
    const { name } = delivery.message;
    switch (outcome.kind) {
      case 'done':
        return this.settleDone(delivery);
      case 'failed':
        await this.settleFailed(delivery, outcome);
        return outcome.workerDied ? { code: ExitCode.TRY_AGAIN, message: tally.text } : undefined;
      case 'stopped':
        await this.requeue(delivery, outcome);
        return shutdown.aborted ? terminated(`${name} goes to another pod; ${tally.text}`) : workerDied(tally.text);
      case 'worker-died':
      case 'not-delivered':
        await this.requeue(delivery, outcome);
        return { code: ExitCode.TRY_AGAIN, message: `${name}: ${outcome.reason}; another pod tries again` };
    }
  }

  private async settleDone(delivery: Delivery): Promise<ExitStatus | undefined> {
    const { tally, shutdown } = this.context;
    const { message } = delivery;
    const enough = tally.wouldReachItemsPerPod(message);
    if (enough || shutdown.aborted) {
      await delivery.ackAndClose();
      this.source.closed();
      tally.done(message);
    } else {
      tally.acked(message);
      delivery.ackAndContinue(() => tally.proven(message));
    }
    if (enough) return { code: ExitCode.DONE, message: tally.text };
    return shutdown.aborted ? terminated(tally.text) : undefined;
  }

  private async settleFailed(delivery: Delivery, { failure }: ItemOutcome & { kind: 'failed' }): Promise<void> {
    const { settings, copies, tally } = this.context;
    const { message } = delivery;
    const letter = message.deadLetter(failure, settings.pod);
    await copies.publish(relatedQueues(settings.queue).dead, letter, delivery);
    tally.wroteDeadLetter(deadLetterKey(settings, letter, letter.body), message);
    await delivery.ackAndClose();
    this.source.closed();
    tally.deadLettered(message);
  }

  private async requeue(delivery: Delivery, history: ItemHistory): Promise<void> {
    const { settings, copies, tally } = this.context;
    await requeue(copies, settings.queue, delivery, history);
    this.source.closed();
    if (history.attempts > delivery.message.attemptsBefore) tally.attemptCounted();
  }
}
