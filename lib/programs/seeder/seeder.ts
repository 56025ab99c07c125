import { createHash, type Hash } from 'node:crypto';
import { ExitCode } from '../../contract/exit-codes';
import type { ItemSequence } from '../../contract/item-formula';
import { frameHead } from '../../contract/item-frames';
import { ItemHeader } from '../../contract/message-headers';
import { companions, type QueueType } from '../../contract/queues';
import type { BrokerAddress } from '../amqp/broker-address';
import { findDeletedQueues } from '../amqp/deleted-queues';
import { takeLock } from '../amqp/lock';
import { lookOr } from '../amqp/look-or';
import { type Outgoing, publishConfirmed } from '../amqp/publish';
import { overSessions } from '../amqp/reconnect';
import { BrokerError, ReplyCode, type Session } from '../amqp/session';
import { debug } from '../runtime/debug';
import type { Ending } from '../runtime/ending';
import { duration, log, plural } from '../runtime/log';
import { Patience } from '../runtime/patience';
import { sleep } from '../runtime/time';
import { type ItemsSettings, readItems } from './read-items';
import { declareQueues } from './work-queues';

export interface SeederSettings extends ItemsSettings {
  readonly broker: BrokerAddress;
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

/** The seeder: fills the queue with the items, exactly once, however often it is killed or started. */
export async function seeder(settings: SeederSettings, leave: AbortSignal): Promise<Ending> {
  const items = readItems(settings);
  const patience = new Patience();
  return overSessions(settings.broker, patience, leave, (session) => seed(session, items, settings, patience, leave));
}

async function seed(
  session: Session,
  items: ItemSequence,
  settings: SeederSettings,
  patience: Patience,
  leave: AbortSignal,
): Promise<Ending> {
  const { queue } = settings;
  const { seeded, seedingLock } = companions(queue);
  // Without the lock a killed seeder's last messages land after its successor's purge (25 of 65; with it 0 of 315).
  await takeLock(session, seedingLock, leave, `another seeder is filling queue ${queue}`, () => patience.well());
  await refuseDeletedQueues(session, queue);
  await declareQueues(session, settings);
  await sleep(SETTLE_MS, leave);
  if (session.lost.aborted) throw session.lost.reason;
  if (leave.aborted) return { code: ExitCode.LEFT, sentence: 'asked to leave before the queue was filled' };
  if (await isSeeded(session, seeded)) {
    return { code: ExitCode.DONE, sentence: `queue ${queue} was filled before; nothing to do` };
  }

  const began = Date.now();
  await purge(session, queue);
  // What waits for the end of an alarm hears of nothing else.
  leave.addEventListener('abort', () => session.blocked && session.drop(), { signal: session.lost });
  const itemsDigest = await fill(session, items, settings, patience, leave);
  if (itemsDigest === undefined)
    return { code: ExitCode.LEFT, sentence: 'asked to leave while filling the queue; another seeder starts over' };
  await checkCount(session, queue, items.count);
  await mark(session, seeded, settings, itemsDigest);
  // From here on nobody may purge or fill this queue again: pods have begun to count.
  return {
    code: ExitCode.DONE,
    sentence: `queue ${queue} filled with ${plural(items.count, 'item')} in ${duration(Date.now() - began)}; their SHA-256 is ${itemsDigest}`,
  };
}

/**
 * A mark without its queue: somebody has deleted the queue since it was filled. Made anew it would look settled to couriers,
 * filled anew it would complete a Job that has counted items before.
 */
async function refuseDeletedQueues(session: Session, queue: string): Promise<void> {
  const { seeded } = companions(queue);
  const gone = await findDeletedQueues(session, queue);
  if (!gone || (await lookOr(session, seeded, { [ReplyCode.NOT_FOUND]: 'absent' })) === 'absent') return;
  await sleep(SETTLE_MS); // the mark may be on its way back from a seeder that died
  if (await isSeeded(session, seeded)) throw gone;
}

/** A committed read: a passive declaration reads 0 while a quorum queue's leader is away. */
async function isSeeded(session: Session, seeded: string): Promise<boolean> {
  const channel = await session.channel();
  const marker = await channel.call(`read queue ${seeded}`, (c) => c.get(seeded));
  debug?.(`broker: queue ${seeded} ${marker ? 'has a mark' : 'has no mark'}`);
  if (marker) channel.raw.nack(marker, false, true);
  await channel.close();
  return marker !== false;
}

async function purge(session: Session, queue: string): Promise<void> {
  const channel = await session.channel();
  const { messageCount } = await channel.call(`purge queue ${queue}`, (c) => c.purgeQueue(queue), 60_000);
  if (messageCount > 0) log(`removed ${plural(messageCount, 'message')} that an earlier seeder left in queue ${queue}`);
  await channel.close();
}

/** Answers the digest of all items, as {@link frameItems} frames them; nothing where it was asked to leave. */
async function fill(
  session: Session,
  items: ItemSequence,
  { queue, run }: SeederSettings,
  patience: Patience,
  leave: AbortSignal,
): Promise<string | undefined> {
  const channel = await session.confirmChannel();
  const digest = createHash('sha256');
  let said = Date.now();
  for (let from = 0; from < items.count; from += BATCH) {
    if (leave.aborted) return undefined;
    const end = Math.min(from + BATCH, items.count);
    await publishConfirmed(session, channel, queue, messages(items, from, end, run, digest));
    patience.well();
    if (Date.now() - said > 5000) {
      said = Date.now();
      log(`${end} of ${plural(items.count, 'item')} in queue ${queue}`);
    }
  }
  await channel.close();
  return digest.digest('hex');
}

/** Items are unfolded one by one, when there is room to send them: all of them may be larger than the memory. */
function* messages(items: ItemSequence, from: number, end: number, run: string, digest: Hash): Generator<Outgoing> {
  const headers = { [ItemHeader.RUN]: run };
  for (let n = from; n < end; n++) {
    const body = items.item(n);
    digest.update(frameHead(body)).update(body);
    yield { body, messageId: String(n), headers };
  }
}

/** The count of a queue lags a little behind the confirms. */
async function checkCount(session: Session, queue: string, expected: number): Promise<void> {
  let ready = -1;
  for (let tries = 0; tries < 20; tries++) {
    ({ ready } = await session.look(queue));
    if (ready === expected) return;
    await sleep(500);
  }
  throw new BrokerError(`queue ${queue} holds ${ready} messages, not ${expected}; filling it again`);
}

async function mark(
  session: Session,
  seeded: string,
  { itemCount, digest }: SeederSettings,
  itemsDigest: string,
): Promise<void> {
  const channel = await session.confirmChannel();
  const marker = { items: itemCount, digest, itemsDigest, time: new Date().toISOString() };
  await publishConfirmed(session, channel, seeded, [{ body: Buffer.from(JSON.stringify(marker)) }]);
  await channel.close();
}
