import { relatedQueues } from '../../contract/queues';
import { FinalError } from '../runtime/exit-status';
import { BrokerError, ReplyCode, type Session } from './session';

/** Brokers' words about a queue that they do not know at all. A queue whose node is away is a 404 too, and comes back. */
const UNKNOWN = /\bno queue\b|not found on virtualhost/i;

/**
 * Which of the queues that a seeder has filled no longer exist, as an error that no attempt can mend. Without the ledger nobody
 * knows which items are over, and without the work queue and the dead letters those that are not are gone.
 */
export async function findDeletedQueues(session: Session, queue: string): Promise<FinalError | undefined> {
  const missing: string[] = [];
  const { dead, ledger, settled } = relatedQueues(queue);
  for (const name of [queue, dead, ledger, settled]) {
    if (await isDeleted(session, name)) missing.push(`queue ${name}`);
  }
  if (missing.length === 0) return undefined;
  const [verb, object, subject] = missing.length === 1 ? ['is', 'its', 'It was'] : ['are', 'their', 'They were'];
  return new FinalError(
    `${missing.join(' and ')} ${verb} missing. ${subject} deleted, with all ${object} messages, after the seeder had filled ` +
      'the queue. To run the whole list again, give the QueueSeeder another runId and apply',
  );
}

/** Whether the broker does not know the queue at all. */
export async function isDeleted(session: Session, queue: string): Promise<boolean> {
  try {
    await session.queueStatus(queue);
    return false;
  } catch (error) {
    return error instanceof BrokerError && error.code === ReplyCode.NOT_FOUND && UNKNOWN.test(error.message);
  }
}
