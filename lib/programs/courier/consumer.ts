import type { Channel, ConsumeMessage } from 'amqplib';
import { BrokerError, type Session, type SessionChannel } from '../amqp/session';
import { debug } from '../runtime/debug';
import { HeldItem, type ItemConsumer } from './held-item';
import type { OwnItems } from './own-items';

/**
 * How long an ack may wait for the call whose answer proves it: a call for each of many short items would cost more than
 * the ack.
 */
const PROOF_MS = 100;

/** A channel that consumes from the work queue and holds at most one item. */
export class Consumer implements ItemConsumer {
  private readonly arrived: ConsumeMessage[] = [];
  private wake: () => void = () => {};
  private tag = '';
  /** What waits for the proof of an ack. */
  private unproven: (() => void)[] = [];
  private proofTimer: NodeJS.Timeout | undefined;

  static async start(session: Session, items: OwnItems): Promise<Consumer> {
    const consumer = new Consumer(await session.channel(), items);
    await consumer.begin();
    return consumer;
  }

  private constructor(
    private readonly channel: SessionChannel<Channel>,
    private readonly items: OwnItems,
  ) {
    channel.lost.addEventListener('abort', () => this.wake());
  }

  get lost(): AbortSignal {
    return this.channel.lost;
  }

  private async begin(): Promise<void> {
    await this.channel.call('set the prefetch count', (c) => c.prefetch(1));
    const { queue } = this.items;
    const { consumerTag } = await this.channel.call(`consume from queue ${queue}`, (c) =>
      c.consume(queue, (message) => {
        debug?.(`broker: ${message ? `delivery ${message.fields.deliveryTag}` : 'the consumer is cancelled'}`);
        if (message) this.arrived.push(message);
        else this.channel.lose(new BrokerError('the broker cancelled the consumer'));
        this.wake();
      }),
    );
    this.tag = consumerTag;
  }

  /** The next item, or nothing where none came in time. */
  async next(milliseconds: number, leave: AbortSignal): Promise<HeldItem | undefined> {
    if (this.arrived.length === 0 && !this.lost.aborted && !leave.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => this.wake(), milliseconds);
        this.wake = () => {
          clearTimeout(timer);
          leave.removeEventListener('abort', this.wake);
          resolve();
        };
        leave.addEventListener('abort', this.wake);
      });
    }
    return this.takeArrived();
  }

  /** What has arrived so far. */
  takeArrived(): HeldItem | undefined {
    if (this.lost.aborted) throw this.lost.reason;
    const message = this.arrived.shift();
    return message && new HeldItem(message, this, this.items);
  }

  /** What the queue holds, seen from this channel: its answer comes after every delivery that the broker sent before. */
  look(): Promise<{ ready: number; consumers: number }> {
    return this.proving(() => this.channel.look(this.items.queue));
  }

  /**
   * Acks, and calls `proven` once the broker has answered any call that came after: by then it has done the ack. Until then
   * the item must not count: where the broker dies before and, once it is back, does not know that it had delivered the item
   * (Apache Qpid Broker-J), the second delivery is another first one. Where the channel is lost before, `proven` is never
   * called. The next item need not wait for it.
   */
  ackAndGoOn(message: ConsumeMessage, proven: () => void): void {
    this.ack(message);
    this.unproven.push(proven);
    this.proofTimer ??= setTimeout(() => {
      this.proofTimer = undefined;
      this.look().catch((error) => this.channel.lose(error));
    }, PROOF_MS);
  }

  /**
   * Cancel, then ack, then close. Not ack first: the broker would at once push the next item, and giving that back costs it
   * an attempt. And the closed channel must be awaited before the connection is closed: amqplib writes that close first, and
   * the ack is lost (300 of 300 on RabbitMQ 4.3.6).
   */
  async ackLast(message: ConsumeMessage): Promise<void> {
    await this.proving(() => this.channel.call('cancel the consumer', (c) => c.cancel(this.tag)));
    this.ack(message);
    await this.close();
  }

  private ack(message: ConsumeMessage): void {
    if (this.lost.aborted) throw this.lost.reason;
    debug?.(`broker: ack of delivery ${message.fields.deliveryTag}`);
    this.channel.raw.ack(message);
  }

  /** Without a cancel first: an item that is held without a consumer makes the queue look settled to others. */
  async close(): Promise<void> {
    clearTimeout(this.proofTimer);
    await this.proving(() => this.channel.close());
  }

  private async proving<T>(call: () => Promise<T>): Promise<T> {
    const before = this.unproven.splice(0);
    const answer = await call();
    for (const proven of before) proven();
    return answer;
  }
}
