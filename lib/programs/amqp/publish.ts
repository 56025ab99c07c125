import { once } from 'node:events';
import type { ConfirmChannel } from 'amqplib';
import { BrokerError, NoAnswerError, ReplyCode, type Session, type SessionChannel } from './session';

export interface OutgoingMessage {
  readonly body: Buffer;
  readonly messageId?: string;
  readonly headers?: Record<string, string | number>;
}

/** A confirm that takes longer means that the broker is in trouble: it confirms thousands a second. */
const CONFIRM_LIMIT_MS = 60_000;

/** The broker has not taken a message over (`basic.nack`), and does not say why. */
export class MessageRefusedError extends BrokerError {
  constructor(queue: string) {
    const limit = 'a policy of the broker limits its length (max-length, max-length-bytes) and it is full';
    super(`queue ${queue} refuses messages: ${limit}, or the broker's log names another reason`);
  }
}

/** Publishes one message over a channel of its own, see {@link Publisher.publish}. */
export async function publishOne(session: Session, queue: string, message: OutgoingMessage): Promise<void> {
  const publisher = await Publisher.open(session);
  await publisher.publish(queue, [message]);
  await publisher.close();
}

/** A channel for messages. After an error of {@link publish} it is of no more use, because late confirms may still arrive. */
export class Publisher {
  static async open(session: Session): Promise<Publisher> {
    return new Publisher(session, await session.confirmChannel());
  }

  private constructor(
    private readonly session: Session,
    private readonly channel: SessionChannel<ConfirmChannel>,
  ) {}

  /**
   * Resolves when the broker has confirmed every message: on a quorum queue and a stream, when a majority has it. While the broker
   * is in an alarm it accepts nothing, and this waits for the end of the alarm.
   */
  async publish(queue: string, messages: Iterable<OutgoingMessage>): Promise<void> {
    const { channel } = this;
    const { raw } = channel;
    // amqplib forgets a refusal that comes before `waitForConfirms`, while this waits for room to send.
    const refusal = new AbortController();
    const refused = refusal.signal;
    const onReturn = () => refusal.abort(new BrokerError(`queue ${queue} is missing`, ReplyCode.NOT_FOUND));
    const onNack = () => refusal.abort(new MessageRefusedError(queue));
    raw.on('return', onReturn); // first: Broker-J also refuses a message that it returns, RabbitMQ confirms it
    raw.on('nack', onNack);
    try {
      for (const { body, messageId, headers } of messages) {
        if (channel.lost.aborted) throw channel.lost.reason;
        // mandatory: a message that no queue accepts comes back instead of being confirmed and forgotten
        const room = raw.publish('', queue, body, { persistent: true, mandatory: true, messageId, headers });
        if (!room) {
          await this.patiently(`publish to queue ${queue}`, () => once(raw, 'drain', { signal: refused }));
        }
        refused.throwIfAborted();
      }
      const confirmed = raw.waitForConfirms();
      await this.patiently(`confirms of queue ${queue}`, () => confirmed);
    } catch (error) {
      throw refused.aborted ? refused.reason : error;
    } finally {
      raw.off('return', onReturn);
      raw.off('nack', onNack);
    }
    refused.throwIfAborted();
  }

  close(): Promise<void> {
    return this.channel.close();
  }

  private async patiently(what: string, wait: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await this.channel.call(what, wait, CONFIRM_LIMIT_MS);
        return;
      } catch (error) {
        if (!(error instanceof NoAnswerError && this.session.blocked)) throw error;
      }
    }
  }
}
