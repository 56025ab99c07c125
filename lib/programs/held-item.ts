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

  /** The item's number. Not there where somebody else filled the queue. */
  get index(): string | undefined {
    return this.message.properties.messageId;
  }

  /** The name of the run that it is an item of. Not there where somebody else filled the queue. */
  get run(): string | undefined {
    const run = this.header(ItemHeader.RUN);
    return typeof run === 'string' ? run : undefined;
  }

  /** The item's number, or what stands for it. */
  get id(): string {
    return this.index ?? `delivery ${this.message.fields.deliveryTag}`;
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
    return !this.message.fields.redelivered && this.header(ItemHeader.ATTEMPTS) === undefined;
  }

  /** Failed attempts in pods that have handed the item over. */
  get attemptsBefore(): number {
    return this.count(ItemHeader.ATTEMPTS);
  }

  /** How often a pod or a connection died that had the item. Quorum queues count it, others do not. */
  get lostDeliveries(): number {
    return this.count('x-delivery-count');
  }

  /** Aborts when the broker no longer regards the item as ours. */
  get lost(): AbortSignal {
    return this.consumer.lost;
  }

  /** It is done, and this pod wants another one. `proven` is called when the broker has surely settled it. */
  settleAndGoOn(proven: () => void): void {
    this.consumer.ackAndGoOn(this.message, proven);
  }

  /** It is done, or its dead letter is confirmed, and this pod wants no other one now. Proves what came before, too. */
  settleAndStop(): Promise<void> {
    return this.consumer.ackLast(this.message);
  }

  private count(header: string): number {
    const value = this.header(header);
    return typeof value === 'number' ? value : 0;
  }

  private header(name: string): unknown {
    return this.message.properties.headers?.[name];
  }
}
