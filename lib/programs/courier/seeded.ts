import { companions } from '../../contract/queues';
import { lookAtLock } from '../amqp/lock';
import { lookOr } from '../amqp/look-or';
import { BrokerError, ReplyCode, type Session } from '../amqp/session';
import { duration, log } from '../runtime/log';
import type { Patience } from '../runtime/patience';
import { backOff, sleep } from '../runtime/time';

/**
 * Waits until the seeder has put every item into the queue. Until then a queue with nothing in it means nothing. Where a
 * seeder is at work there is no bound: its own Job has one.
 */
export async function awaitSeeded(
  session: Session,
  queue: string,
  patience: Patience,
  leave: AbortSignal,
): Promise<'seeded' | 'left'> {
  const { seeded, seedingLock } = companions(queue);
  const began = Date.now();
  const pause = backOff(250, 5000);
  let nextWord = 5000;
  while (!leave.aborted) {
    // A quorum queue whose leader is away reads 0: that only means to wait longer.
    const marker = await lookOr(session, seeded, { [ReplyCode.NOT_FOUND]: 'absent' });
    if (marker !== 'absent' && marker.ready > 0) return 'seeded';
    const lock = await lookAtLock(session, seedingLock);
    if (lock === 'held') patience.well();
    if (session.lost.aborted && lock === 'held') throw new BrokerError(`a seeder is filling queue ${queue}`);
    if (patience.exhausted) {
      throw new BrokerError(`no seeder has filled queue ${queue}: see the seeder's Job`);
    }
    if (Date.now() - began > nextWord) {
      log(
        `queue ${queue} is not filled yet, ${lock === 'held' ? 'a seeder is at work' : 'no seeder is at work'}; waiting (${duration(Date.now() - began)})`,
      );
      nextWord *= 2;
    }
    await sleep(pause(), leave);
  }
  return 'left';
}
