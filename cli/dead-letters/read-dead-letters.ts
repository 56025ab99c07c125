import { relatedQueues } from '../../lib/contract/queues';
import type { Session } from '../../lib/programs/amqp/session';
import type { Records } from '../../lib/programs/ledger/records';
import { explainStreamError, isNoStream, ledgerRecords } from '../run-state/read-streams';
import type { RunJobs } from '../run-state/run-jobs';
import { type DeadLetter, deadLetterOf } from './dead-letter';
import { HeldMessages } from './held-messages';
import { lastLetters } from './letter-filter';

/** What is known of the dead letters of a run. */
export interface DeadLetters {
  /** The last one of each item that is a dead letter. */
  readonly letters: readonly DeadLetter[];
  /** How many items are dead letters by their records, but have no message: it was dropped, or a policy has removed it. */
  readonly goneCount: number;
  /** Missing on a broker without streams. */
  readonly records?: Records;
}

/** Reads the dead letters of a run, and gives them back. Foreign messages are left alone. */
export async function readDeadLetters(session: Session, run: RunJobs): Promise<DeadLetters> {
  try {
    const records = await recordsOf(session, run);
    const held = await HeldMessages.take(session, relatedQueues(run.queue).dead);
    await held.close();
    const all = lastLetters(held.all.flatMap((message) => deadLetterOf(run, message) ?? []));
    const letters = records ? all.filter((letter) => isDeadLetter(records, letter)) : all;
    const goneCount = records
      ? Math.max(0, records.deadCount - letters.filter(({ item }) => records.has(item)).length)
      : 0;
    return { letters, goneCount, records };
  } catch (error) {
    return explainStreamError(error as Error);
  }
}

/** Nothing if only couriers may read the ledger. */
async function recordsOf(session: Session, run: RunJobs): Promise<Records | undefined> {
  if (!session.hasStreams) return undefined;
  try {
    return await ledgerRecords(session, run);
  } catch (error) {
    if (isNoStream(error)) return undefined;
    throw error;
  }
}

/** Not if the item is done as well, or goes back into the queue. The broker's own dead letters have no record at first. */
export function isDeadLetter(records: Records, { item, generation }: DeadLetter): boolean {
  return !records.isDone(item) && generation >= records.generation(item);
}
