import type { Channel, Options } from 'amqplib';
import { FinalError } from '../runtime/ending';
import { BrokerError, ReplyCode, type SessionChannel } from './session';

/** Declares a queue. Its arguments cannot be changed later: where it is there with others, no later try can be better. */
export async function declare(
  channel: SessionChannel<Channel>,
  name: string,
  options: Options.AssertQueue,
  limit?: number,
): Promise<void> {
  try {
    await channel.call(`declare queue ${name}`, (c) => c.assertQueue(name, options), limit);
  } catch (error) {
    // A limit of the virtual host is a 406 too.
    const different = error instanceof BrokerError && error.code === ReplyCode.PRECONDITION_FAILED;
    throw different && error.message.includes('inequivalent') ? somebodyElses(name, error) : error;
  }
}

/** The error where a queue is there and is not one of ours. */
export function somebodyElses(name: string, refusal: BrokerError): FinalError {
  return new FinalError(
    `queue ${name} is there already, and not as this package makes it: ${refusal.message}. Delete it at the broker, or give ` +
      'the QueueSeeder another runId, and so its queues other names; then apply again',
  );
}
