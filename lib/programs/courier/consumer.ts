import type { Channel, ConsumeMessage } from 'amqplib';
import { BrokerError, type QueueStatus, type Session, type SessionChannel } from '../amqp/session';
import { debug } from '../runtime/debug';
import { Delivery } from './delivery';
import { Message } from './message';
import type { RunItems } from './run-items';

/**
 * How long an ack may wait for the call whose answer proves it: for many short items, a call for each would cost more than the
 * ack.
 */
const PROOF_MS = 100;

/** A channel that consumes from the work queue and holds at most one message. */
export class Consumer {
  private readonly arrived: ConsumeMessage[] = [];
  private wake: () => void = () => {};
  private tag = '';
  /** What waits for the proof of an ack. */
  private unproven: (() => void)[] = [];
  private proofTimer: NodeJS.Timeout | undefined;

  static async start(session: Session, run: RunItems): Promise<Consumer> {
    const consumer = new Consumer(await session.channel(), run);
    await consumer.begin();
    return consumer;
  }

  private constructor(
    private readonly channel: SessionChannel<Channel>,
    private readonly run: RunItems,
  ) {
    channel.lost.addEventListener('abort', () => this.wake());
  }

  get lost(): AbortSignal {
    return this.channel.lost;
  }

  private async begin(): Promise<void> {
    await this.channel.call('set the prefetch count', (c) => c.prefetch(1));
    const { queue } = this.run;
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

  /** The next delivery, or nothing if none came in time. */
  async next(milliseconds: number, shutdown: AbortSignal): Promise<Delivery | undefined> {
    if (this.arrived.length === 0 && !this.lost.aborted && !shutdown.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => this.wake(), milliseconds);
        this.wake = () => {
          clearTimeout(timer);
          shutdown.removeEventListener('abort', this.wake);
          resolve();
        };
        shutdown.addEventListener('abort', this.wake);
      });
    }
    return this.takeArrived();
  }

  /** What has arrived so far. */
  takeArrived(): Delivery | undefined {
    if (this.lost.aborted) throw this.lost.reason;
    const raw = this.arrived.shift();
    if (!raw) return undefined;
    return new Delivery(new Message(raw, this.run), {
      lost: this.lost,
      ackAndContinue: (proven) => this.ackAndContinue(raw, proven),
      ackAndClose: () => this.ackAndClose(raw),
    });
  }

  /** The status of the queue, over this channel: the answer comes after every delivery that the broker sent before. */
  queueStatus(): Promise<QueueStatus> {
    return this.proving(() => this.channel.queueStatus(this.run.queue));
  }

  /** Without a cancel first: an item that is held without a consumer makes the queue look settled to other pods. */
  async close(): Promise<void> {
    clearTimeout(this.proofTimer);
    await this.proving(() => this.channel.close());
  }

  /**
   * Acks, and calls `proven` once the broker has answered any call that came after: by then it has done the ack. Until then
   * the item must not count: if the broker dies before that and, once it is back, does not know that it had delivered the item
   * (Apache Qpid Broker-J), the second delivery is another first one. If the channel is lost before, `proven` is never called.
   * The next item need not wait for it.
   */
  private ackAndContinue(message: ConsumeMessage, proven: () => void): void {
    this.ack(message);
    this.unproven.push(proven);
    this.proofTimer ??= setTimeout(() => {
      this.proofTimer = undefined;
      this.queueStatus().catch((error) => this.channel.lose(error));
    }, PROOF_MS);
  }

  /**
   * Cancel, then ack, then close. Not ack first: the broker would at once push the next item, and giving that back costs the
   * item an attempt. And the answer to the channel's close must come before the connection is closed: amqplib writes that close
   * first, and the ack is lost (300 of 300 on RabbitMQ 4.3.6).
   */
  private async ackAndClose(message: ConsumeMessage): Promise<void> {
    await this.proving(() => this.channel.call('cancel the consumer', (c) => c.cancel(this.tag)));
    this.ack(message);
    await this.close();
  }

  private ack(message: ConsumeMessage): void {
    if (this.lost.aborted) throw this.lost.reason;
    debug?.(`broker: ack of delivery ${message.fields.deliveryTag}`);
    this.channel.raw.ack(message);
  }

  private async proving<T>(call: () => Promise<T>): Promise<T> {
    const before = this.unproven.splice(0);
    const answer = await call();
    for (const proven of before) proven();
    return answer;
  }
}
