import { randomUUID } from 'node:crypto';
import type { Channel, ConsumeMessage } from 'amqplib';
import { publishOne } from '../../lib/programs/amqp/publish';
import { BrokerError, type Session, type SessionChannel } from '../../lib/programs/amqp/session';
import { STREAM_OFFSET } from '../../lib/programs/amqp/stream-offset';
import { lookRecord } from '../../lib/programs/ledger/record';
import type { RunItems } from '../../lib/programs/ledger/run-items';
import { sleep, TimeLimitError, within } from '../../lib/programs/runtime/time';

/** How many messages the broker sends ahead of their acks. */
const PREFETCH = 1000;

/** A stream delivers what it has at once. After so long without a message, there is no more. */
const QUIET_MS = 400;

/** The same while the broker says that there is more: it may have counted what is not delivered. */
const MORE_QUIET_MS = 3000;

/** A broker that confirms nothing for so long is in an alarm, or in trouble. */
const CONFIRM_MS = 10_000;

/** A broker that sends nothing for so long, although there is something, is in trouble. */
const SILENCE_MS = 30_000;

const POLL_MS = 20;

/** Reads a stream of a run from its start and goes on as it grows, without taking anything away, over one session after the other. */
export class StreamTail {
  private next: number | 'first' = 'first';
  private channel: SessionChannel<Channel> | undefined;
  /** How many messages the broker says there are, and it may be some seconds late. Missing if it is not read from the start. */
  private expected: number | undefined;
  private began = 0;
  private lastArrival = 0;
  private arrived = 0;
  private unacked = 0;
  /** The message that {@link untilEnd} has written, until it arrives. */
  private look: string | undefined;

  constructor(
    private readonly run: RunItems,
    private readonly queue: string,
    private readonly onMessage: (message: ConsumeMessage) => void,
  ) {}

  /** Whether it goes on by itself. */
  get isReading(): boolean {
    return this.channel !== undefined && !this.channel.lost.aborted;
  }

  /** Begins to read where the last session has ended. Rejects with a 404 if the queue is missing. */
  async begin(session: Session): Promise<void> {
    this.expected = this.next === 'first' ? (await session.queueStatus(this.queue)).ready : undefined;
    const channel = await session.channel();
    await channel.call('set the prefetch count', (c) => c.prefetch(PREFETCH));
    this.channel = channel;
    this.arrived = 0;
    this.unacked = 0;
    const options = { arguments: { [STREAM_OFFSET]: this.next } };
    await channel.call(`read queue ${this.queue}`, (c) =>
      c.consume(this.queue, (message) => this.take(channel, message), options),
    );
    this.began = performance.now();
    this.lastArrival = this.began;
  }

  /** Resolves when it has read about what there was. It may miss what was written in the seconds before. */
  async untilQuiet(): Promise<void> {
    const { expected } = this;
    await this.reading(({ now, quiet }) => {
      if (expected === undefined ? now - this.began > MORE_QUIET_MS : expected > 0 && this.arrived >= expected)
        return true;
      return quiet > (this.arrived < (expected ?? 0) ? MORE_QUIET_MS : QUIET_MS);
    });
  }

  /**
   * Resolves when it has read all that was confirmed before this call. AMQP does not tell where a stream ends: it writes a message
   * of its own and reads up to that. Rejects with a `BrokerError` if the broker does not take that over. If it does not answer, the
   * session ends too: in an alarm, RabbitMQ reads no more of a connection that has published. https://www.rabbitmq.com/docs/alarms
   */
  async untilEnd(session: Session): Promise<void> {
    const look = randomUUID();
    this.look = look;
    try {
      await within(CONFIRM_MS, 'look', publishOne(session, this.queue, lookRecord(this.run, look)));
    } catch (error) {
      if (!(error instanceof TimeLimitError)) throw error;
      session.drop();
      throw new BrokerError(
        `queue ${this.queue} has taken no message over for ${CONFIRM_MS / 1000} s, as in an alarm, so its end is not known`,
      );
    }
    await this.reading(({ quiet }) => {
      if (this.look === undefined) return true;
      if (quiet <= SILENCE_MS) return false;
      throw new BrokerError(`queue ${this.queue} sends nothing for ${SILENCE_MS / 1000} s, although there is more`);
    });
  }

  async close(): Promise<void> {
    const { channel } = this;
    this.channel = undefined;
    if (channel && !channel.lost.aborted) await channel.close().catch(() => {});
  }

  private async reading(isEnough: (at: { now: number; quiet: number }) => boolean): Promise<void> {
    const { channel } = this;
    for (;;) {
      if (!channel || channel.lost.aborted) throw channel?.lost.reason ?? new BrokerError('nothing is being read');
      const now = performance.now();
      if (isEnough({ now, quiet: now - this.lastArrival })) return;
      await sleep(POLL_MS);
    }
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
    if (message.properties.messageId === this.look) this.look = undefined;
    this.onMessage(message);
    if (++this.unacked < PREFETCH / 2) return;
    this.unacked = 0;
    channel.raw.ack(message, true);
  }
}
