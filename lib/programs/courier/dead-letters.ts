import { relatedQueues } from '../../contract/queues';
import type { Session } from '../amqp/session';
import { describeDeadLetter } from '../ledger/describe-dead-letter';
import { generationOf } from '../ledger/generation';
import type { ItemOfRetry } from '../ledger/record';
import { belongsToRun, type RunItems } from '../ledger/run-items';
import { debug } from '../runtime/debug';

/** A dead letter of an item of the run. */
export interface DeadLetter extends ItemOfRetry {
  /** The item and the reason, in one line. */
  readonly description: string;
}

/**
 * The dead letters of the run's items, each read and given back. Only for the pod that has the lock: a message that one reader
 * holds is hidden from the others.
 */
export async function readDeadLetters(session: Session, run: RunItems, shutdown: AbortSignal): Promise<DeadLetter[]> {
  const { dead } = relatedQueues(run.queue);
  const found: DeadLetter[] = [];
  const channel = await session.channel();
  while (!shutdown.aborted) {
    const message = await channel.call(`read queue ${dead}`, (c) => c.get(dead));
    if (!message) break;
    const { properties, content } = message;
    if (!belongsToRun(run, properties)) continue;
    found.push({
      number: Number(properties.messageId),
      generation: generationOf(properties.headers),
      description: describeDeadLetter(content, properties.headers ?? {}),
    });
  }
  debug?.(`broker: the messages of queue ${dead} go back to it`);
  channel.raw.nackAll(true);
  await channel.close();
  return found;
}
