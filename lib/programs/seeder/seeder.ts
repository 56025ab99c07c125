import { createHash, type Hash } from 'node:crypto';
import type { Channel } from 'amqplib';
import { ExitCode } from '../../contract/exit-codes';
import type { ItemSequence } from '../../contract/item-formula';
import { frameHead } from '../../contract/item-frames';
import { ItemHeader } from '../../contract/message-headers';
import { type QueueType, relatedQueues } from '../../contract/queues';
import { Announcer } from '../amqp/announcer';
import { awaitNodes } from '../amqp/await-nodes';
import type { BrokerAddress } from '../amqp/broker-address';
import { findDeletedQueues, isDeleted } from '../amqp/deleted-queues';
import { takeLock } from '../amqp/lock';
import { MessageRefusedError, type OutgoingMessage, Publisher, publishOne } from '../amqp/publish';
import { overSessions } from '../amqp/reconnect';
import { BrokerError, type Session, type SessionChannel } from '../amqp/session';
import { RunEvents } from '../events/run-events';
import { generationHeader } from '../ledger/generation';
import { Ledger } from '../ledger/ledger';
import type { Records } from '../ledger/records';
import { debug } from '../runtime/debug';
import type { ExitStatus } from '../runtime/exit-status';
import { duration, log, plural } from '../runtime/log';
import { RetryDeadline } from '../runtime/retry-deadline';
import { sleep } from '../runtime/time';
import { emptyQueue } from './empty-queue';
import { findMark } from './find-mark';
import { type ItemsSettings, readItems } from './read-items';
import { declareQueues } from './work-queues';

export interface SeederSettings extends ItemsSettings {
  readonly broker: BrokerAddress;
  /** How many nodes the broker has. */
  readonly brokerNodes: number;
  readonly queue: string;
  readonly queueType: QueueType;
  readonly consumerTimeoutMs: number;
  /** What each item's header says. */
  readonly run: string;
}

const BATCH = 1000;

/**
 * A quorum queue whose broker is killed within about half a second of its declaration comes back empty, with confirmed
 * messages and all (RabbitMQ 4.3.6: 4 of 4 at 0.1 s, 0 of 4 at 3 s; the same on 3.10.8). So nothing is published before.
 */
const SETTLE_MS = 1500;

/** How long a consumer of the mark waits for its turn. The others have it for some milliseconds. */
const TURN_MS = 5000;

/** How often the seeder says how far it is. */
const PROGRESS_MS = 5000;

/** The count of a queue lags a little behind the confirms. */
const COUNT = { checks: 20, pauseMs: 500 };

/**
 * The seeder: fills the queue with the items, exactly once, however often it is killed or started. If the mark was lost, it fills
 * the queue with the items that have no record: those are not settled, whoever has had them.
 */
export async function runSeeder(settings: SeederSettings, shutdown: AbortSignal): Promise<ExitStatus> {
  const items = readItems(settings);
  const { broker } = settings;
  const deadline = new RetryDeadline();
  const context = { settings, items, deadline, shutdown };
  return overSessions({ broker, deadline, shutdown, work: (session) => new Seeding(session, context).seed() });
}

interface SeederContext {
  readonly settings: SeederSettings;
  readonly items: ItemSequence;
  readonly deadline: RetryDeadline;
  /** Aborts when the pod is terminated. */
  readonly shutdown: AbortSignal;
}

/** The steps of the seeder over one session with the broker. */
class Seeding {
  constructor(
    private readonly session: Session,
    private readonly context: SeederContext,
  ) {}

  async seed(): Promise<ExitStatus> {
    const { session } = this;
    const { settings, items, deadline, shutdown } = this.context;
    const { queue } = settings;
    // Also before the lock: a seeder that has nothing to do declares nothing, which another version of the broker might refuse.
    if ((await findMark(session, queue)) === 'marked') return filledBefore(queue);
    // Without the lock a killed seeder's last messages land after its successor's purge (25 of 65; with it 0 of 315).
    await takeLock(session, {
      name: relatedQueues(queue).seedingLock,
      shutdown,
      holder: `another seeder is filling queue ${queue}`,
      onHeld: () => deadline.reset(),
    });
    if ((await findMark(session, queue)) === 'marked') return filledBefore(queue);
    if (await this.hasHiddenMark()) return filledBefore(queue);
    await awaitNodes(settings.broker, settings.brokerNodes, shutdown, session.lost);
    if (session.lost.aborted) throw session.lost.reason;
    await declareQueues(session, settings);
    await sleep(SETTLE_MS, shutdown);
    if (session.lost.aborted) throw session.lost.reason;
    if (shutdown.aborted) return terminated('before the queue was filled');
    if (await this.isSeeded()) return filledBefore(queue);

    const began = performance.now();
    // A seeder that waits for the end of an alarm hears of nothing else.
    shutdown.addEventListener('abort', () => session.blocked && session.drop(), { signal: session.lost });
    await emptyQueue(session, queue);
    // After the purge: an item that is recorded later was with a pod, and runs once more.
    const records = await this.readLedger();
    const announcer = await Announcer.open(session);
    const events = new RunEvents(settings, {}, (name, event) => announcer.announce(name, event));
    events.filling(items.count, records.count);
    const itemsDigest = await this.fill(records);
    if (itemsDigest === undefined) return terminated('while filling the queue; another seeder starts over');
    await this.checkCount(items.count - records.count);
    await this.mark(itemsDigest, records);
    events.filled(items.count, records.count);
    await announcer.close();
    // From here on no seeder may purge or fill this queue again: pods work on it.
    const filled = `filled with ${plural(items.count - records.count, 'item')}${settledBefore(records)}`;
    const took = duration(performance.now() - began);
    return { code: ExitCode.DONE, message: `queue ${queue} ${filled} in ${took}; their SHA-256 is ${itemsDigest}` };
  }

  /**
   * A mark that the status of its queue does not show: the leader of that queue may be away, or a seeder that died has read the
   * mark. Throws a {@link FinalError} if one of the other queues was deleted after it had been filled.
   */
  private async hasHiddenMark(): Promise<boolean> {
    const { queue } = this.context.settings;
    if (await isDeleted(this.session, relatedQueues(queue).seeded)) return false;
    await sleep(SETTLE_MS); // the mark may be on its way back from a seeder that died
    if (!(await this.isSeeded())) return false;
    const gone = await findDeletedQueues(this.session, queue);
    if (gone) throw gone;
    return true;
  }

  /** A committed read: a passive declaration reads 0 while a quorum queue's leader is away. */
  private async isSeeded(): Promise<boolean> {
    const { seeded } = relatedQueues(this.context.settings.queue);
    const channel = await this.session.channel();
    const mark = await channel.call(`read queue ${seeded}`, (c) => c.get(seeded));
    if (mark) channel.raw.nack(mark, false, true);
    const isHeldByConsumer = !mark && (await channel.queueStatus(seeded)).consumers > 0;
    const found = mark !== false || (isHeldByConsumer && (await hasTurn(channel, seeded)));
    debug?.(`broker: queue ${seeded} has ${found ? 'a mark' : 'no mark'}`);
    await channel.close();
    return found;
  }

  /** A courier that reads a ledger which is no stream holds its records, and hides them from this reader. */
  private async readAlone(ledger: Ledger): Promise<void> {
    const { settings, shutdown } = this.context;
    const holder = 'a courier reads the ledger';
    const name = relatedQueues(settings.queue).settlingLock;
    const lock = await takeLock(this.session, { name, shutdown, holder });
    await ledger.readToEnd();
    await lock.release();
  }

  private async readLedger(): Promise<Records> {
    const { queue, itemCount, run } = this.context.settings;
    const name = relatedQueues(queue).ledger;
    const ledger = new Ledger(this.session, { queue, itemCount, run }, (record) =>
      publishOne(this.session, name, record),
    );
    if (ledger.isStream) await ledger.readToEnd();
    else await this.readAlone(ledger);
    return ledger.records;
  }

  /**
   * Publishes the items without a record. Returns the digest of all items, as {@link frameItems} frames them, or nothing if the
   * pod was terminated.
   */
  private async fill(records: Records): Promise<string | undefined> {
    const { settings, items, deadline, shutdown } = this.context;
    const publisher = await Publisher.open(this.session);
    const digest = createHash('sha256');
    let logged = performance.now();
    for (let from = 0; from < items.count; from += BATCH) {
      if (shutdown.aborted) return undefined;
      const end = Math.min(from + BATCH, items.count);
      try {
        await publisher.publish(settings.queue, this.messages(from, end, digest, records));
      } catch (error) {
        throw error instanceof MessageRefusedError ? await this.howFull(error) : error;
      }
      deadline.reached(end);
      if (performance.now() - logged > PROGRESS_MS) {
        logged = performance.now();
        log(`${end} of ${plural(items.count, 'item')} in queue ${settings.queue}`);
      }
    }
    await publisher.close();
    return digest.digest('hex');
  }

  /** Items are unfolded one by one, when there is room to send them: all of them may be larger than the memory. */
  private *messages(from: number, end: number, digest: Hash, records: Records): Generator<OutgoingMessage> {
    const { settings, items } = this.context;
    for (let n = from; n < end; n++) {
      const body = items.item(n);
      digest.update(frameHead(body)).update(body);
      if (records.has(n)) continue;
      const headers = { [ItemHeader.RUN]: settings.run, ...generationHeader(records.generation(n)) };
      yield { body, messageId: String(n), headers };
    }
  }

  private async checkCount(expected: number): Promise<void> {
    const { settings } = this.context;
    let ready = -1;
    for (let checks = 0; checks < COUNT.checks; checks++) {
      ({ ready } = await this.session.queueStatus(settings.queue));
      if (ready === expected) return;
      await sleep(COUNT.pauseMs);
    }
    const count = `queue ${settings.queue} holds ${ready} messages, not ${expected}`;
    throw new BrokerError(`${count}; filling it again (does a policy or another client remove messages?)`);
  }

  /** The refusal with what a person needs to see that the queue is full: the broker does not say why it refuses. */
  private async howFull(refusal: MessageRefusedError): Promise<BrokerError> {
    const { settings, items } = this.context;
    const { ready } = await this.session.queueStatus(settings.queue);
    return new BrokerError(`${refusal.message}; it holds ${ready} of ${plural(items.count, 'item')}`);
  }

  private async mark(itemsDigest: string, { count: recorded }: Records): Promise<void> {
    const { queue, itemCount, digest } = this.context.settings;
    const mark = { items: itemCount, recorded, digest, itemsDigest, time: new Date().toISOString() };
    await publishOne(this.session, relatedQueues(queue).seeded, { body: Buffer.from(JSON.stringify(mark)) });
  }
}

/**
 * Whether a message comes to one more consumer of the queue. Pods that have amqp-consume and no courier read the mark as
 * consumers, one after the other, and each hides it for a moment. A consumer gets its turn.
 */
async function hasTurn(channel: SessionChannel<Channel>, queue: string): Promise<boolean> {
  const turn = new AbortController();
  await channel.call('set the prefetch count', (c) => c.prefetch(1));
  await channel.call(`read queue ${queue}`, (c) => c.consume(queue, (message) => message && turn.abort()));
  await sleep(TURN_MS, turn.signal);
  return turn.signal.aborted;
}

function filledBefore(queue: string): ExitStatus {
  return { code: ExitCode.DONE, message: `queue ${queue} was filled before; nothing to do` };
}

function settledBefore({ count, run }: Records): string {
  if (count === 0) return '';
  return `, of ${run.itemCount}; ${count} ${count === 1 ? 'was' : 'were'} settled before,`;
}

function terminated(when: string): ExitStatus {
  return { code: ExitCode.STOPPED, message: `terminated ${when}` };
}
