import type { Channel } from 'amqplib';
import { debug, stackOf } from '../runtime/debug';
import type { OutgoingMessage } from './publish';
import type { Session, SessionChannel } from './session';

/** How long the end of a program waits for what it has announced. */
const CLOSE_LIMIT_MS = 2000;

/**
 * A channel for messages that nobody waits for: without confirms, and to a queue that may be missing. What cannot be sent at once
 * is dropped, so it takes no memory while the broker is in trouble.
 */
export class Announcer {
  private hasRoom = true;

  static async open(session: Session): Promise<Announcer> {
    return new Announcer(session, await session.channel());
  }

  private constructor(
    private readonly session: Session,
    private readonly channel: SessionChannel<Channel>,
  ) {
    channel.raw.on('drain', () => {
      this.hasRoom = true;
    });
  }

  announce(queue: string, { body, messageId, headers }: OutgoingMessage): void {
    if (this.channel.lost.aborted || this.session.blocked || !this.hasRoom) {
      debug?.(`broker: a message for queue ${queue} is dropped`);
      return;
    }
    this.hasRoom = this.channel.raw.publish('', queue, body, { persistent: true, messageId, headers });
  }

  /** Before the connection is closed: amqplib writes that close first, and what it has not sent by then is lost. */
  async close(): Promise<void> {
    if (this.channel.lost.aborted || this.session.blocked) return;
    await this.channel.close(CLOSE_LIMIT_MS).catch((error: Error) => debug?.(stackOf(error)));
  }
}
