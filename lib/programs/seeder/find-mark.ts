import { relatedQueues } from '../../contract/queues';
import { findDeletedQueues, isDeleted } from '../amqp/deleted-queues';
import type { Session } from '../amqp/session';
import { FinalError } from '../runtime/exit-status';

/**
 * Whether the queue has the mark, from nothing but the status of its queues. It changes nothing, so it needs no lock. In
 * particular it does not read the mark, which would hide it from the seeder that has the lock.
 *
 * Throws a {@link FinalError} for what no seeder leaves behind, wherever it dies: a mark without its queues, and a work queue,
 * which is declared last, without its related queues.
 */
export async function findMark(session: Session, queue: string): Promise<'marked' | 'unmarked'> {
  const { dead, seeded, ledger, settled } = relatedQueues(queue);
  // First: a seeder may be declaring them at this moment, and those that it declares before this one then exist too.
  const isDeclared = !(await isDeleted(session, queue));
  const isSeededMissing = await isDeleted(session, seeded);
  // While the leader of a quorum queue is away its status is 0 messages. Then the seeder reads the mark, under the lock.
  if (!isSeededMissing && (await session.queueStatus(seeded)).ready > 0) {
    const gone = await findDeletedQueues(session, queue);
    if (gone) throw gone;
    return 'marked';
  }
  if (isDeclared) {
    const missing: string[] = isSeededMissing ? [seeded] : [];
    for (const name of [dead, ledger, settled]) if (await isDeleted(session, name)) missing.push(name);
    if (missing.length > 0) throw withoutRelatedQueues(queue, missing);
  }
  return 'unmarked';
}

function withoutRelatedQueues(queue: string, missing: readonly string[]): FinalError {
  const [are, were] = missing.length === 1 ? ['is', 'It was'] : ['are', 'They were'];
  const names = missing.map((name) => `queue ${name}`).join(' and ');
  return new FinalError(
    `queue ${queue} exists, but ${names} ${are} missing, and a seeder declares the work queue last. ${were} deleted ` +
      `(by a policy with "expires"?), or queue ${queue} is not one of this package. Pods may be working on it, so nothing was ` +
      'changed. To run the whole list, give the QueueSeeder another runId and apply',
  );
}
