import { once } from 'node:events';
import type { ConfirmChannel } from 'amqplib';
import { BrokerError, NoAnswerError, type Session, type SessionChannel } from './session';

export interface Outgoing {
  readonly body: Buffer;
  readonly messageId?: string;
  readonly headers?: Record<string, string | number>;
}

/** A confirm that takes longer means that the broker is in trouble; it confirms thousands a second. */
const CONFIRM_LIMIT_MS = 60_000;

/**
 * Publishes to a queue and resolves when the broker has confirmed every message: on a quorum queue, when a majority has
 * written it. While the broker is in an alarm it takes nothing, and we wait as long as it says so.
 */
export async function publishConfirmed(
  session: Session,
  channel: SessionChannel<ConfirmChannel>,
  queue: string,
  messages: Iterable<Outgoing>,
): Promise<void> {
  const { raw } = channel;
  let returned: BrokerError | undefined;
  const onReturn = () => {
    returned = new BrokerError(`queue ${queue} is not there`, 404);
  };
  raw.on('return', onReturn);
  try {
    for (const { body, messageId, headers } of messages) {
      if (channel.lost.aborted) throw channel.lost.reason;
      // mandatory: a message that no queue takes comes back instead of being confirmed and forgotten
      const room = raw.publish('', queue, body, { persistent: true, mandatory: true, messageId, headers });
      if (!room)
        await patiently(session, channel, `publish to queue ${queue}`, () =>
          once(raw, 'drain', { signal: channel.lost }),
        );
    }
    const confirmed = raw.waitForConfirms();
    await patiently(session, channel, `confirms of queue ${queue}`, () => confirmed);
  } catch (error) {
    throw returned ?? error; // RabbitMQ confirms a message that it returns, Broker-J refuses it
  } finally {
    raw.off('return', onReturn);
  }
  if (returned) throw returned;
}

async function patiently(
  session: Session,
  channel: SessionChannel<ConfirmChannel>,
  what: string,
  wait: () => Promise<unknown>,
): Promise<void> {
  for (;;) {
    try {
      await channel.call(what, wait, CONFIRM_LIMIT_MS);
      return;
    } catch (error) {
      if (!(error instanceof NoAnswerError && session.blocked)) throw error;
    }
  }
}
