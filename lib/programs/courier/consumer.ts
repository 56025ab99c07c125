import type { Channel, ConsumeMessage } from 'amqplib';
import { BrokerError, type QueueStatus, type Session, type SessionChannel } from '../amqp/session';
import type { RunItems } from '../ledger/run-items';
import { debug } from '../runtime/debug';
import { Delivery } from './delivery';
import { Message } from './message';

/** A channel that consumes from the work queue and holds at most one message. */
export class Consumer {
  private readonly arrived: ConsumeMessage[] = [];
  private wake: () => void = () => {};
  private tag = '';

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

  /** Whether there is a delivery to take. */
  get hasArrived(): boolean {
    return this.arrived.length > 0;
  }

  private takeArrived(): Delivery | undefined {
    if (this.lost.aborted) throw this.lost.reason;
    const raw = this.arrived.shift();
    if (!raw) return undefined;
    return new Delivery(new Message(raw, this.run), {
      lost: this.lost,
      ack: () => this.ack(raw),
      ackAndClose: () => this.ackAndClose(raw),
    });
  }

  /** The status of the queue, over this channel: the answer comes after every delivery that the broker sent before. */
  queueStatus(): Promise<QueueStatus> {
    return this.channel.queueStatus(this.run.queue);
  }

  /** Without a cancel first: while an item is held, others see a consumer, and do not look for lost items. */
  close(): Promise<void> {
    return this.channel.close();
  }

  /**
   * Cancel, then ack, then close. Not ack first: the broker would at once push the next item, and giving that back costs the
   * item an attempt. And the answer to the channel's close must come before the connection is closed: amqplib writes that close
   * first, and the ack is lost (300 of 300 on RabbitMQ 4.3.6).
   */
  private async ackAndClose(message: ConsumeMessage): Promise<void> {
    await this.channel.call('cancel the consumer', (c) => c.cancel(this.tag));
    this.ack(message);
    await this.close();
  }

  private ack(message: ConsumeMessage): void {
    if (this.lost.aborted) throw this.lost.reason;
    debug?.(`broker: ack of delivery ${message.fields.deliveryTag}`);
    this.channel.raw.ack(message);
  }
}
