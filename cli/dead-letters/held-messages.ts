import type { Channel, ConsumeMessage } from 'amqplib';
import { BrokerError, type Session, type SessionChannel } from '../../lib/programs/amqp/session';
import { sleep } from '../../lib/programs/runtime/time';

/** A broker that sends nothing for so long, although there is something, is in trouble. */
const SILENCE_MS = 15_000;

/** How long another reader is waited for. */
const OTHERS_MS = 10_000;

const POLL_MS = 50;

/**
 * All messages of a queue, held by a consumer: nobody else gets them meanwhile. Those that are not acked return when it closes.
 *
 * With a consumer, because a courier that looks for lost items then knows that it may not see all dead letters, and waits. A `get`
 * would hide them without a trace.
 */
export class HeldMessages {
  readonly all: ConsumeMessage[] = [];

  static async take(session: Session, queue: string): Promise<HeldMessages> {
    const channel = await session.channel();
    const held = new HeldMessages(channel, queue);
    await held.receive();
    return held;
  }

  private constructor(
    private readonly channel: SessionChannel<Channel>,
    private readonly queue: string,
  ) {}

  ack(message: ConsumeMessage): void {
    if (this.channel.lost.aborted) throw this.channel.lost.reason;
    this.channel.raw.ack(message);
  }

  /**
   * Gives back what was not acked. When it resolves, the broker has done the acks.
   *
   * By `nack`, which RabbitMQ 4 does not count as a delivery. A close counts as one.
   */
  async close(): Promise<void> {
    if (!this.channel.lost.aborted) this.channel.raw.nackAll(true);
    await this.channel.close();
  }

  private async receive(): Promise<void> {
    const { channel, queue } = this;
    const expected = await this.untilAlone();
    if (expected === 0) return;
    let lastArrival = performance.now();
    await channel.call(`read queue ${queue}`, (c) =>
      c.consume(queue, (message) => {
        if (message) this.all.push(message);
        else channel.lose(new BrokerError(`the broker cancelled the reader of queue ${queue}`));
        lastArrival = performance.now();
      }),
    );
    while (this.all.length < expected || (await channel.queueStatus(queue)).ready > 0) {
      if (channel.lost.aborted) throw channel.lost.reason;
      if (performance.now() - lastArrival > SILENCE_MS) {
        throw new BrokerError(`queue ${queue} sends nothing for ${SILENCE_MS / 1000} s, although there is more`);
      }
      await sleep(POLL_MS);
    }
  }

  /** How many messages there are, once no other client may hold some. */
  private async untilAlone(): Promise<number> {
    const end = performance.now() + OTHERS_MS;
    for (;;) {
      const { ready, consumers } = await this.channel.queueStatus(this.queue);
      if (consumers === 0) return ready;
      if (performance.now() > end) {
        throw new BrokerError(`another client consumes from queue ${this.queue}, and may hold messages`);
      }
      await sleep(POLL_MS);
    }
  }
}
