import type { OutgoingMessage } from '../../lib/programs/amqp/publish';
import { describeDeadLetter } from '../../lib/programs/ledger/describe-dead-letter';
import { deadRecord } from '../../lib/programs/ledger/record';
import type { RunItems } from '../../lib/programs/ledger/run-items';
import type { DeadLetter } from './dead-letter';

/** Who writes the records of dead letters that the broker itself has written. */
const COMMAND = { pod: 'cdk8s-work-queue dead', node: '' };

/** The record of a dead letter that has none. */
export function deathRecord(
  run: RunItems,
  { item: number, generation, body, reason, stderr }: DeadLetter,
): OutgoingMessage {
  const description = describeDeadLetter(body, { reason, ...(stderr !== undefined && { stderr }) });
  return deadRecord(run, { number, generation }, { description, ...COMMAND });
}
