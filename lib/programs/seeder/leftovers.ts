import type { Channel, Message } from 'amqplib';
import { ItemHeader } from '../../contract/message-headers';
import { relatedQueues } from '../../contract/queues';
import { BrokerError, type Session, type SessionChannel } from '../amqp/session';
import { debug } from '../runtime/debug';
import { FinalError } from '../runtime/exit-status';
import { log, plural } from '../runtime/log';

/** How many messages of a classic queue are looked at: their numbers are the only thing that tells. */
const CLASSIC_LOOKS = 100;

/** A purge takes longer than other calls. */
const PURGE_LIMIT_MS = 60_000;

const OTHER_CONSUMERS = 'other clients consume from it';

/** What a seeder fills the queue with. */
interface Filling {
  readonly queue: string;
  readonly queueType: string;
  readonly itemCount: number;
  readonly run: string;
}

/**
 * Empties a queue without a mark, which a seeder that died may have left full. Throws a {@link FinalError}, and removes nothing,
 * if it is more than that: then the mark was lost while pods worked, and to fill the queue again would count items twice.
 *
 * A seeder that dies leaves the first items of the list, in order, and nobody else has had any of them. A queue that pods have
 * worked on has consumers, or dead letters, or lacks one of the first items, or contains a requeued copy. An empty queue with
 * none of these is either new, or all its items are done: filling that one does them again, and no pod succeeds too early.
 */
export async function removeLeftovers(session: Session, filling: Filling): Promise<void> {
  const { queue } = filling;
  const channel = await session.channel();
  // Before this one becomes a consumer: it would take an item away from a pod.
  if ((await channel.queueStatus(queue)).consumers > 0) throw markLost(queue, OTHER_CONSUMERS);
  const { dead } = relatedQueues(queue);
  if (await isFilled(session, dead)) throw markLost(queue, `queue ${dead} contains dead letters`);
  // Not a bare `get`: a message that is held without a consumer makes the queue look settled to a pod that probes.
  const { consumerTag, head, isAlone } = await consumeOne(channel, queue);
  const trouble = isAlone ? head && (await findTaken(channel, filling, head)) : OTHER_CONSUMERS;
  if (trouble) {
    await channel.close(); // without a cancel first, for the same reason; the messages return to their places
    throw markLost(queue, trouble);
  }
  await channel.call('cancel the consumer', (c) => c.cancel(consumerTag));
  channel.raw.nackAll(true); // a purge leaves what is held
  const { messageCount } = await channel.call(`purge queue ${queue}`, (c) => c.purgeQueue(queue), PURGE_LIMIT_MS);
  if (messageCount > 0) {
    log(`removed ${plural(messageCount, 'message')} that an earlier seeder left in queue ${queue}`);
  }
  await channel.close();
}

/** A committed read, as that of the mark. */
async function isFilled(session: Session, queue: string): Promise<boolean> {
  const channel = await session.channel();
  const message = await channel.call(`read queue ${queue}`, (c) => c.get(queue));
  if (message) channel.raw.nack(message, false, true);
  await channel.close();
  return message !== false;
}

interface Head {
  readonly consumerTag: string;
  /** The first message, held by a consumer of this channel, if the queue has any. */
  readonly head?: Message;
  readonly isAlone: boolean;
}

async function consumeOne(channel: SessionChannel<Channel>, queue: string): Promise<Head> {
  const arrived: Message[] = [];
  await channel.call('set the prefetch count', (c) => c.prefetch(1));
  const { consumerTag } = await channel.call(`consume from queue ${queue}`, (c) =>
    c.consume(queue, (message) => {
      if (message) arrived.push(message);
    }),
  );
  const { ready } = await channel.queueStatus(queue);
  // Also a fence: what the broker had pushed before its first answer is here after the second one.
  const { consumers } = await channel.queueStatus(queue);
  if (arrived.length === 0 && ready > 0) throw new BrokerError(`queue ${queue} has messages and delivers none`);
  // Later it is not known: a quorum queue counts whoever holds a message of a `get`.
  return { consumerTag, head: arrived[0], isAlone: consumers <= 1 };
}

/**
 * What shows that pods have had items, if anything does. It reads from the head up to the first item that was never delivered:
 * if all items before that one are there, none of them is settled, and nobody has had those behind it. A seeder that dies here
 * makes one more item look delivered, so the next one reads one more.
 */
async function findTaken(
  channel: SessionChannel<Channel>,
  { queue, queueType, itemCount, run }: Filling,
  head: Message,
): Promise<string | undefined> {
  const classic = queueType === 'classic';
  const numbers = new Set<number>();
  let message: Message | false = head;
  for (let looks = 1; message && !(classic && looks > CLASSIC_LOOKS); looks++) {
    const { messageId, headers } = message.properties;
    const { redelivered } = message.fields;
    debug?.(`broker: queue ${queue} has message ${messageId}${redelivered ? ', delivered before' : ''}`);
    if (headers?.[ItemHeader.RUN] === run && /^\d+$/.test(messageId)) {
      if (headers[ItemHeader.ATTEMPTS] !== undefined) return `item ${messageId} was requeued by a pod`;
      numbers.add(Number(messageId));
      if (!redelivered) return firstGap(numbers);
    }
    message = await channel.call(`read queue ${queue}`, (c) => c.get(queue));
  }
  // All were delivered before. If there are fewer than in the list, those that are missing may be settled. But a classic queue
  // calls all its messages redelivered after its broker was killed.
  const isCut = !classic && numbers.size > 0 && numbers.size < itemCount;
  return firstGap(numbers) ?? (isCut ? `item ${numbers.size} is missing` : undefined);
}

function firstGap(numbers: ReadonlySet<number>): string | undefined {
  for (let n = 0; n < numbers.size; n++) if (!numbers.has(n)) return `item ${n} is missing`;
  return undefined;
}

function markLost(queue: string, because: string): FinalError {
  const { seeded } = relatedQueues(queue);
  return new FinalError(
    `queue ${queue} has no mark in queue ${seeded}, but pods have worked on it: ${because}. The mark was removed (by a policy ` +
      'with "message-ttl"?). Nothing was removed from the work queue. To run the whole list again, give the QueueSeeder another ' +
      'runId and apply',
  );
}
