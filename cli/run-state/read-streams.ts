import type { ConsumeMessage } from 'amqplib';
import { relatedQueues } from '../../lib/contract/queues';
import { BrokerError, ReplyCode, type Session } from '../../lib/programs/amqp/session';
import { Records } from '../../lib/programs/ledger/records';
import { StreamTail } from '../broker-access/stream-tail';
import { CommandError } from '../system/command-error';
import type { RunJobs } from './run-jobs';
import { type DeadEntry, type DoneEntry, type ItemEvent, itemEvent, ledgerEntry } from './stream-entries';

/** What the Jobs of a run say if their pod templates were changed. */
export const NO_BROKER =
  'The Jobs of this run do not name their broker in the usual way: their pod templates were changed';

/** Why a ledger cannot be read that was declared by a broker without streams. */
export const NO_STREAM =
  'The ledger of this run is not a stream, as on brokers before RabbitMQ 3.9, so only couriers may read it';

/**
 * Throws a `CommandError` on a broker on which only couriers may read the ledger.
 *
 * @param consequence what follows from that, and what a person can do instead
 */
export function requireStreams(session: Session, consequence: string): void {
  if (session.hasStreams) return;
  throw new CommandError(
    `This broker has no streams, so only couriers may read the ledger of the run, and ${consequence}`,
  );
}

/** Reads all events of the items of a run. */
export function readEvents(session: Session, run: RunJobs, onEvent: (event: ItemEvent) => void): Promise<void> {
  return readAll(session, run, relatedQueues(run.queue).events, (message) => {
    const event = itemEvent(run, message);
    if (event) onEvent(event);
  });
}

/** Reads all records of the items of a run. */
export function readRecords(
  session: Session,
  run: RunJobs,
  onRecord: (entry: DoneEntry | DeadEntry) => void,
): Promise<void> {
  return readLedger(session, run, (message) => {
    const entry = ledgerEntry(run, message);
    if (entry) onRecord(entry);
  });
}

/** Reads all messages of a ledger, also those that are no records of the run. */
export function readLedger(
  session: Session,
  run: RunJobs,
  onMessage: (message: ConsumeMessage) => void,
): Promise<void> {
  return readAll(session, run, relatedQueues(run.queue).ledger, onMessage);
}

/** The records of a run, without a note of what was read. */
export async function ledgerRecords(session: Session, run: RunJobs): Promise<Records> {
  const records = new Records(run);
  await readLedger(session, run, (message) => records.add(message));
  return records;
}

/** Reads all that was confirmed before. */
async function readAll(
  session: Session,
  run: RunJobs,
  queue: string,
  onMessage: (message: ConsumeMessage) => void,
): Promise<void> {
  const tail = new StreamTail(run, queue, onMessage);
  try {
    await tail.begin(session);
    await tail.untilEnd(session);
  } finally {
    await tail.close();
  }
}

export function isNotFound(error: Error): boolean {
  return error instanceof BrokerError && error.code === ReplyCode.NOT_FOUND;
}

/** Whether the broker was upgraded since the ledger was declared. */
export function isNoStream(error: unknown): boolean {
  return error instanceof BrokerError && error.code === ReplyCode.PRECONDITION_FAILED;
}

/** For a command that can do nothing without the streams. */
export function explainStreamError(error: Error): never {
  if (!(error instanceof BrokerError)) throw error;
  if (isNoStream(error)) throw new CommandError(`${NO_STREAM}. What happened to its items is not known`);
  if (error.code === ReplyCode.ACCESS_REFUSED) {
    throw new CommandError(
      `The broker: ${error.message}. Give the user this permission, or name another user in --broker-url`,
    );
  }
  if (!isNotFound(error)) throw new CommandError(`The broker: ${error.message}. Try again`);
  throw new CommandError(
    'The queues of this run do not exist: its seeder has not declared them yet, or they were deleted, and with them what is known ' +
      'of its items',
  );
}
