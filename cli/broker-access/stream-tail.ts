import type { Channel, ConsumeMessage } from 'amqplib';
import { BrokerError, type Session, type SessionChannel } from '../../lib/programs/amqp/session';
import { STREAM_OFFSET } from '../../lib/programs/amqp/stream-offset';
import { sleep } from '../../lib/programs/runtime/time';

/** How many messages the broker sends ahead of their acks. */
const PREFETCH = 1000;

/** A stream delivers what it has at once. After so long without a message, there is no more. */
const QUIET_MS = 400;

/** The same while the broker says that there is more: it may have counted what is not delivered. */
const MORE_QUIET_MS = 3000;

const POLL_MS = 20;

/** Reads a stream from its start and goes on as it grows, without taking anything away, over one session after the other. */
export class StreamTail {
  private next: number | 'first' = 'first';
  private channel: SessionChannel<Channel> | undefined;
  private lastArrival = 0;
  private arrived = 0;
  private unacked = 0;

  constructor(
    private readonly queue: string,
    private readonly onMessage: (message: ConsumeMessage) => void,
  ) {}

  /** Whether it goes on by itself. */
  get isReading(): boolean {
    return this.channel !== undefined && !this.channel.lost.aborted;
  }

  /**
   * Begins to read where the last session has ended, and resolves when it has read what there was. Rejects with a 404 if the
   * queue is missing. AMQP does not tell where a stream ends, so it may miss what was written just before.
   */
  async read(session: Session): Promise<void> {
    const isFirst = this.next === 'first';
    const expected = isFirst ? (await session.queueStatus(this.queue)).ready : 0;
    const channel = await session.channel();
    await channel.call('set the prefetch count', (c) => c.prefetch(PREFETCH));
    this.channel = channel;
    this.arrived = 0;
    this.unacked = 0;
    const options = { arguments: { [STREAM_OFFSET]: this.next } };
    await channel.call(`read queue ${this.queue}`, (c) =>
      c.consume(this.queue, (message) => this.take(channel, message), options),
    );
    const began = performance.now();
    this.lastArrival = began;
    for (;;) {
      if (channel.lost.aborted) throw channel.lost.reason;
      const now = performance.now();
      const quiet = now - this.lastArrival;
      if (isFirst ? expected > 0 && this.arrived >= expected : now - began > MORE_QUIET_MS) return;
      if (quiet > (this.arrived < expected ? MORE_QUIET_MS : QUIET_MS)) return;
      await sleep(POLL_MS);
    }
  }

  async close(): Promise<void> {
    const { channel } = this;
    this.channel = undefined;
    if (channel && !channel.lost.aborted) await channel.close().catch(() => {});
  }

  private take(channel: SessionChannel<Channel>, message: ConsumeMessage | null): void {
    if (channel !== this.channel || channel.lost.aborted) return;
    const offset: unknown = message?.properties.headers?.[STREAM_OFFSET];
    if (!message || typeof offset !== 'number') {
      // An ack would remove the message of a queue that is no stream.
      const what = message ? 'is not a stream' : 'was deleted or moved: the broker has cancelled its reader';
      channel.lose(new BrokerError(`queue ${this.queue} ${what}`));
      return;
    }
    this.lastArrival = performance.now();
    this.arrived++;
    this.next = offset + 1;
    this.onMessage(message);
    if (++this.unacked < PREFETCH / 2) return;
    this.unacked = 0;
    channel.raw.ack(message, true);
  }
}
