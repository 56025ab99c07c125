import type { ConsumeMessage } from 'amqplib';
import { ItemHeader } from '../contract';
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
    return !this.message.fields.redelivered && this.header(ItemHeader.REDELIVERED) === undefined;
  }

  /** Failed attempts in pods that had to leave, and what the broker counted: closed channels and lost connections. */
  get attemptsBefore(): number {
    return this.count(ItemHeader.ATTEMPTS) + this.countedByBroker;
  }

  /** A classic queue counts no deliveries: the second time round it says only that there was a first. */
  get attemptsAreCounted(): boolean {
    return !this.message.fields.redelivered || this.countedByBroker > 0;
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

  /** Back into the queue, counted as an attempt: to the broker, a closed channel is a failed delivery. */
  giveBackCounted(): Promise<void> {
    return this.consumer.close();
  }

  /** Quorum queues only. */
  private get countedByBroker(): number {
    return this.count('x-delivery-count');
  }

  private count(header: string): number {
    const value = this.header(header);
    return typeof value === 'number' ? value : 0;
  }

  private header(name: string): unknown {
    return this.message.properties.headers?.[name];
  }
}
