import { relatedQueues } from '../../contract/queues';
import { lockState } from '../amqp/lock';
import { queueStatusOr } from '../amqp/queue-status';
import { BrokerError, ReplyCode, type Session } from '../amqp/session';
import { duration, log } from '../runtime/log';
import { GaveUp, Obstacle, retry } from '../runtime/retry';
import type { RetryDeadline } from '../runtime/retry-deadline';
import { BackOff } from '../runtime/time';

/** When a courier says for the first time that it waits for the seeder. */
const FIRST_LINE_MS = 5000;

/** Whether the seeder has filled the queue. A quorum queue whose leader is away reads 0, so a mark may be there and not be seen. */
export function isSeeded(session: Session, queue: string): Promise<boolean> {
  return hasMessage(session, relatedQueues(queue).seeded);
}

/**
 * Waits until the seeder has put every item into the queue, unless the run is settled: then there is nothing to wait for, even
 * if the seeded mark was lost. Until then a queue with nothing in it means nothing. While a seeder works the wait has no bound:
 * the seeder's own Job has one.
 */
export async function awaitSeeded(
  session: Session,
  queue: string,
  deadline: RetryDeadline,
  shutdown: AbortSignal,
): Promise<'seeded' | 'settled' | 'terminated'> {
  const { settled, seedingLock } = relatedQueues(queue);
  const began = performance.now();
  let nextLine = FIRST_LINE_MS;
  const result = await retry({
    attempt: async () => {
      if (await isSeeded(session, queue)) return 'seeded' as const;
      if (await hasMessage(session, settled)) return 'settled' as const;
      const held = (await lockState(session, seedingLock)) === 'held';
      if (held) deadline.reset();
      if (held && session.lost.aborted) throw new BrokerError(`a seeder is filling queue ${queue}`);
      return new Obstacle(held ? 'a seeder is at work' : 'no seeder is at work');
    },
    backOff: new BackOff(250, 5000),
    deadline,
    signal: shutdown,
    describe: (state) => {
      const waited = performance.now() - began;
      if (waited <= nextLine) return;
      log(`queue ${queue} is not filled yet, ${state}; waiting (${duration(waited)})`);
      nextLine *= 2;
    },
  });
  if (!(result instanceof GaveUp)) return result;
  if (result.because === 'terminated') return 'terminated';
  throw new BrokerError(`no seeder has filled queue ${queue}: see the seeder's Job`);
}

async function hasMessage(session: Session, queue: string): Promise<boolean> {
  const status = await queueStatusOr(session, queue, { [ReplyCode.NOT_FOUND]: 'absent' });
  return status !== 'absent' && status.ready > 0;
}
