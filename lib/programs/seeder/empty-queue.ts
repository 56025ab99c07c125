import { relatedQueues } from '../../contract/queues';
import type { Session } from '../amqp/session';
import { FinalError } from '../runtime/exit-status';
import { log, plural } from '../runtime/log';

/** A purge takes longer than other calls. */
const PURGE_LIMIT_MS = 60_000;

/**
 * Empties a queue without a mark, which a seeder that died may have left full. Throws a {@link FinalError}, and removes nothing,
 * if the queue has consumers: then the mark was lost while pods work, and the items that they have would run twice.
 */
export async function emptyQueue(session: Session, queue: string): Promise<void> {
  const channel = await session.channel();
  if ((await channel.queueStatus(queue)).consumers > 0) throw markLost(queue);
  const { messageCount } = await channel.call(`purge queue ${queue}`, (c) => c.purgeQueue(queue), PURGE_LIMIT_MS);
  if (messageCount > 0) log(`removed ${plural(messageCount, 'message')} from queue ${queue}, to fill it again`);
  await channel.close();
}

function markLost(queue: string): FinalError {
  const { seeded } = relatedQueues(queue);
  return new FinalError(
    `queue ${queue} has no mark in queue ${seeded}, but clients consume from it. The mark was removed (by a policy with ` +
      '"message-ttl"?). Nothing was removed from the work queue. Delete the Jobs that work on it and the Job of the seeder, and ' +
      'apply: then the seeder fills the queue with the items that are not settled',
  );
}
