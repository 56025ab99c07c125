import { tryLock } from '../../lib/programs/amqp/lock';
import { BrokerError, type Session } from '../../lib/programs/amqp/session';
import { sleep } from '../../lib/programs/runtime/time';
import { CommandError } from '../system/command-error';

/** A lock that a killed command has left is free when the broker has noticed that. A courier has it for a moment. */
const WAIT_MS = 5000;

const PAUSE_MS = 250;

/** Takes a lock of a run for the life of the session. Throws a `CommandError`, with these words, if somebody else keeps it. */
export async function takeRunLock(session: Session, name: string, whoElse: string): Promise<void> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const lock = await tryLock(session, name);
    if (!(lock instanceof BrokerError)) return;
    if (session.lost.aborted) throw lock;
    if (performance.now() > end) throw new CommandError(whoElse);
    await sleep(PAUSE_MS);
  }
}
