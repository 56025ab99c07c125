import { relatedQueues } from '../../lib/contract/queues';
import { publishOne } from '../../lib/programs/amqp/publish';
import type { Session } from '../../lib/programs/amqp/session';
import { Ledger } from '../../lib/programs/ledger/ledger';
import type { RunJobs } from '../run-state/run-jobs';
import { deathRecord } from './death-record';
import { heldLetters } from './held-letters';
import { HeldMessages } from './held-messages';
import { type LetterFilter, lastLetters, matches } from './letter-filter';
import { isDeadLetter } from './read-dead-letters';
import { requireChangeable } from './require-changeable';
import { takeRunLock } from './run-lock';

const AT_WORK =
  'A retry of this run or another drop is at work, or a courier looks for lost items. Wait a minute, and run the command again';

/**
 * Removes the messages of dead letters. Their records stay, and one that has none gets one, so the verdict does not change.
 *
 * @returns of how many items
 */
export async function dropDeadLetters(session: Session, run: RunJobs, filter: LetterFilter): Promise<number> {
  requireChangeable(session);
  const { settlingLock, ledger: ledgerName, dead } = relatedQueues(run.queue);
  await takeRunLock(session, settlingLock, AT_WORK);
  const ledger = new Ledger(session, run, (record) => publishOne(session, ledgerName, record));
  await ledger.readToEnd();
  const held = await HeldMessages.take(session, dead);
  const letters = heldLetters(run, held);
  const { records } = ledger;
  const chosen = lastLetters(letters).filter((letter) => isDeadLetter(records, letter) && matches(filter, letter));
  for (const letter of chosen) {
    if (!records.isSettled(letter.item, letter.generation))
      await publishOne(session, ledgerName, deathRecord(run, letter));
  }
  const items = new Set(chosen.map(({ item }) => item));
  for (const { item, message } of letters) if (items.has(item)) held.ack(message);
  await held.close();
  return items.size;
}
