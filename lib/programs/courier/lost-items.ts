import { ExitCode } from '../../contract/exit-codes';
import { relatedQueues } from '../../contract/queues';
import { BrokerError, type Session } from '../amqp/session';
import type { Ledger } from '../ledger/ledger';
import { type Claim, claimRecord, deadRecord } from '../ledger/record';
import type { ExitStatus } from '../runtime/exit-status';
import { duration, log, plural } from '../runtime/log';
import { jittered, sleep } from '../runtime/time';
import { Consumer } from './consumer';
import type { CourierContext } from './courier-context';
import { readDeadLetters } from './dead-letters';
import { isSeeded } from './seeded';

/**
 * How long a pod must be the only consumer of the queue before it says that items are lost. An item of a pod that died is back
 * within two heartbeats, 30 s.
 */
const WATCH_MS = 60_000;

const LOOK_MS = 5000;

/**
 * How long a claim may be confirmed. Kubernetes starts the next pod after 6 minutes at most. A claim of hours ago was made while
 * an item was on its way, which was delivered since.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
 */
const CLAIM_MS = 30 * 60_000;

/** How many lost items are named. */
const NAMED = 5;

/**
 * Finds out whether the broker has lost items: they have no record, and are not in the queue, and no pod has them. A queue that
 * was purged loses them, or a policy (message-ttl, max-length), or an older copy of the broker's volume.
 *
 * A broker may take a while to return an item. So it takes two pods, one after the other, over an unchanged ledger: the first one
 * claims it and ends, which counts towards the Job's `backoffLimit`; the second one fails the Job. Wrong at worst, the Job fails
 * and names items that are still there. It is never Complete.
 */
export class LostItems {
  /** How many messages the dead letters had when they were read. */
  private readLetters = -1;

  constructor(
    private readonly session: Session,
    private readonly context: CourierContext,
    private readonly ledger: Ledger,
  ) {}

  /**
   * Only for the pod that has the lock, when nothing is ready and the queue has no consumer.
   *
   * @returns how this pod ends if items are lost, a consumer with an item that has come back, or nothing if nothing can be said
   */
  async find(): Promise<ExitStatus | Consumer | undefined> {
    const { settings, shutdown } = this.context;
    const { records } = this.ledger;
    await this.requireSeeded();
    await this.readAll();
    if (records.isComplete || shutdown.aborted) return undefined;
    log(
      `${this.missing()} neither in the queue nor recorded; watching queue ${settings.queue} for ${duration(WATCH_MS)}`,
    );
    const consumer = await Consumer.start(this.session, settings);
    const isUnchanged = await this.watch(consumer);
    if (consumer.hasArrived) return consumer;
    await consumer.close();
    if (!isUnchanged || shutdown.aborted) return undefined;
    // What was on its way to the consumer when it closed is ready now.
    if ((await this.session.queueStatus(settings.queue)).ready > 0) return undefined;
    await this.readAll();
    return records.isComplete || shutdown.aborted ? undefined : this.claim();
  }

  /**
   * A seeder that finds no seeded mark empties the queue and fills it again. In between, nothing is lost. And it refuses while
   * this pod is a consumer. Throws an error after which the pod waits for the seeder.
   */
  private async requireSeeded(): Promise<void> {
    const { queue } = this.context.settings;
    if (await isSeeded(this.session, queue)) return;
    throw new BrokerError(
      `queue ${relatedQueues(queue).seeded} has no mark, so a seeder may fill queue ${queue} again`,
    );
  }

  /** Whether this pod was the only consumer for long enough, with nothing in the queue. */
  private async watch(consumer: Consumer): Promise<boolean> {
    const { shutdown } = this.context;
    const end = performance.now() + WATCH_MS;
    for (;;) {
      const { ready, consumers } = await consumer.queueStatus();
      if (consumer.hasArrived || ready > 0 || consumers !== 1 || shutdown.aborted) return false;
      // The broker itself dead-letters an item that was delivered too often, and may take a moment for that.
      if ((await this.letterCount()) !== this.readLetters) return false;
      const left = end - performance.now();
      if (left <= 0) {
        // No seeder empties a queue that has a consumer, so from here on the mark says what is in the queue.
        await this.requireSeeded();
        return true;
      }
      await sleep(Math.min(left, jittered(LOOK_MS)), shutdown, consumer.lost);
      if (consumer.lost.aborted) throw consumer.lost.reason;
    }
  }

  /**
   * Reads the ledger to its end, and writes a record of each dead letter that has none: the broker itself has dead-lettered the
   * item. Throws an error if another client may hold dead letters, so that nobody knows all of them.
   */
  private async readAll(): Promise<void> {
    const { session, context, ledger } = this;
    const { settings, publishing, shutdown } = context;
    await ledger.readToEnd();
    if (ledger.records.isComplete) return;
    const { dead, ledger: queue } = relatedQueues(settings.queue);
    const { ready, consumers } = await session.queueStatus(dead);
    if (consumers > 0) {
      const why = `queue ${dead} has a consumer that is not a courier and may hold dead letters`;
      throw new BrokerError(`${this.missing()} neither in the queue nor recorded, and ${why}`);
    }
    this.readLetters = ready;
    for (const { number, generation, description } of await readDeadLetters(session, settings, shutdown)) {
      if (ledger.records.isSettled(number, generation)) continue;
      const record = deadRecord(
        settings,
        { number, generation },
        { description, pod: settings.pod, node: settings.node },
      );
      const subject = `item ${number} ${description}: its record`;
      await publishing.publish(queue, record, { subject, signal: session.lost });
    }
    await ledger.readToEnd();
  }

  private async letterCount(): Promise<number> {
    return (await this.session.queueStatus(relatedQueues(this.context.settings.queue).dead)).ready;
  }

  private async claim(): Promise<ExitStatus> {
    const { settings, publishing } = this.context;
    const { records } = this.ledger;
    const missing = records.missingDigest;
    const last = records.lastClaim;
    const lost = `${this.missing()} lost: neither in queue ${settings.queue} nor done, nor dead letters`;
    if (last && last.missing === missing && last.pod !== settings.pod && isRecent(last)) {
      const cause =
        'Was the queue purged, or its broker restored, or does a policy match it (message-ttl, max-length)?';
      const advice = 'To run the whole list again, give the QueueSeeder another runId and apply';
      return { code: ExitCode.ITEMS_LOST, message: `${lost}. ${cause} ${advice}` };
    }
    const { ledger } = relatedQueues(settings.queue);
    const claim = claimRecord(settings, { missing, pod: settings.pod, time: new Date().toISOString() });
    await publishing.publish(ledger, claim, { subject: 'the claim that items are lost', signal: this.session.lost });
    return { code: ExitCode.ITEMS_MISSING, message: `${lost}; another pod looks again` };
  }

  /** `2 of 8 items (3, 7) are` */
  private missing(): string {
    const { records } = this.ledger;
    const count = records.run.itemCount - records.count;
    const numbers: number[] = [];
    for (const number of records.missing()) if (numbers.push(number) === NAMED) break;
    const names = `${numbers.join(', ')}${count > numbers.length ? ', …' : ''}`;
    return `${count} of ${plural(records.run.itemCount, 'item')} (${names}) ${count === 1 ? 'is' : 'are'}`;
  }
}

/** Not if the time cannot be read: then this claim is the first one. */
function isRecent({ time }: Claim): boolean {
  return Date.now() - Date.parse(time) < CLAIM_MS;
}
