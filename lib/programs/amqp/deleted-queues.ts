import { companions } from '../../contract/queues';
import { FinalError } from '../runtime/ending';
import { BrokerError, ReplyCode, type Session } from './session';

/** Brokers' words about a queue that they do not know at all. One whose node is away is a 404 too, and comes back. */
const UNKNOWN = /\bno queue\b|not found on virtualhost/i;

/**
 * Which of the queues that a seeder has filled are not there any more, as an error that nothing can mend. Without the queue
 * nobody knows which items were done, and without its dead letters which failed: made anew, they would look settled.
 */
export async function findDeletedQueues(session: Session, queue: string): Promise<FinalError | undefined> {
  const gone: string[] = [];
  for (const name of [queue, companions(queue).dead]) if (await isUnknown(session, name)) gone.push(`queue ${name}`);
  if (gone.length === 0) return undefined;
  return new FinalError(
    `${gone.join(' and ')}: not there any more; deleted since the seeder filled the queue, with all that was in it. To run ` +
      'the whole list again, give its QueueSeeder another runId and apply',
  );
}

async function isUnknown(session: Session, queue: string): Promise<boolean> {
  try {
    await session.look(queue);
    return false;
  } catch (error) {
    return error instanceof BrokerError && error.code === ReplyCode.NOT_FOUND && UNKNOWN.test(error.message);
  }
}
