import type { Channel, Options } from 'amqplib';
import { FinalError } from '../runtime/exit-status';
import { BrokerError, ReplyCode, type SessionChannel } from './session';

/** Declares a queue. Its arguments cannot change later: if it exists with others, no later attempt can be better. */
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
    throw different && error.message.includes('inequivalent') ? foreignQueue(name, error) : error;
  }
}

/** The error for a queue that exists and that this package did not make. */
export function foreignQueue(name: string, refusal: BrokerError): FinalError {
  return new FinalError(
    `queue ${name} already exists with different arguments: ${refusal.message}. Delete it on the broker, or give the ` +
      'QueueSeeder another runId, which gives its queues other names; then apply again',
  );
}
