import type { ConsumeMessage } from 'amqplib';
import type { RunItems } from '../../lib/programs/ledger/run-items';
import { type DeadLetter, deadLetterOf } from './dead-letter';
import type { HeldMessages } from './held-messages';

/** A dead letter, and the message that it is. */
export interface HeldLetter extends DeadLetter {
  readonly message: ConsumeMessage;
}

/** The dead letters among held messages. Foreign messages are left alone. */
export function heldLetters(run: RunItems, { all }: HeldMessages): HeldLetter[] {
  return all.flatMap((message) => {
    const letter = deadLetterOf(run, message);
    return letter ? [{ ...letter, message }] : [];
  });
}
