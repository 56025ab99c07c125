import type { ConsumeMessage } from 'amqplib';
import type { Consumer } from './consumer';
import { quoted } from './log';

/** An item that the broker has delivered to this pod and that is neither done nor given back. */
export class HeldItem {
  constructor(
    readonly message: ConsumeMessage,
    private readonly consumer: Consumer,
  ) {}

  get body(): Buffer {
    return this.message.content;
  }

  /** The item's number, or what stands for it where somebody else filled the queue. */
  get id(): string {
    return this.message.properties.messageId ?? `delivery ${this.message.fields.deliveryTag}`;
  }

  /** For the log. */
  get name(): string {
    return `item ${this.id} ${quoted(this.body)}`;
  }

  /**
   * Whether this is the item's first delivery. Only such items count towards the pod's exit: each item has one first
   * delivery, so N pods that succeed by work have done N different items, even where the broker forgets an ack.
   */
  get firstDelivery(): boolean {
    return !this.message.fields.redelivered;
  }

  /** Attempts that the broker counted: closed channels, lost connections. Quorum queues only. */
  get attemptsBefore(): number {
    const count = this.message.properties.headers?.['x-delivery-count'];
    return typeof count === 'number' ? count : 0;
  }

  /** A classic queue counts no deliveries: the second time round it says only that there was a first. */
  get attemptsAreCounted(): boolean {
    return this.firstDelivery || this.attemptsBefore > 0;
  }

  /** Aborts when the broker no longer regards the item as ours. */
  get lost(): AbortSignal {
    return this.consumer.lost;
  }

  /** It is done, or its dead letter is confirmed, and this pod wants another one. */
  settleAndGoOn(): void {
    this.consumer.ack(this.message);
  }

  /** It is done, or its dead letter is confirmed, and this pod wants no other one now. */
  settleAndStop(): Promise<void> {
    return this.consumer.ackLast(this.message);
  }

  /** Back into the queue, at once and, on RabbitMQ 4, without counting an attempt (3.x counts one). */
  giveBack(): Promise<void> {
    return this.consumer.nackLast(this.message);
  }

  /** Back into the queue, counted as an attempt: to the broker, a closed channel is a failed delivery. */
  giveBackCounted(): Promise<void> {
    return this.consumer.close();
  }
}
