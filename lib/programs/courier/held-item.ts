import type { ConsumeMessage } from 'amqplib';
import { ItemHeader } from '../../contract/message-headers';
import type { Outgoing } from '../amqp/publish';
import { quoted } from '../runtime/log';
import { isOwn, isWholeNumber, type OwnItems } from './own-items';

/** A short text is a name; anything else is not taken for one, nor copied: the broker or the system may refuse it. */
const NAME = /^[^\p{Cc}\ufffd]{1,255}$/u;

/** The channel that an item came over, which is the only one that can settle it. */
export interface ItemConsumer {
  readonly lost: AbortSignal;
  ackAndGoOn(message: ConsumeMessage, proven: () => void): void;
  ackLast(message: ConsumeMessage): Promise<void>;
}

/** An item that the broker has delivered to this pod and that is neither done nor given back. */
export class HeldItem {
  /** Whether it is an item of this run, and not a message of somebody else. */
  readonly own: boolean;

  constructor(
    private readonly message: ConsumeMessage,
    private readonly consumer: ItemConsumer,
    items: OwnItems,
  ) {
    this.own = isOwn(items, message.properties);
  }

  get body(): Buffer {
    return this.message.content;
  }

  /** The item's number. Not there where somebody else filled the queue. */
  get index(): string | undefined {
    const { messageId } = this.message.properties;
    return isWholeNumber(messageId) ? messageId : undefined;
  }

  /** The name of the run that it is an item of. Not there where somebody else filled the queue. */
  get run(): string | undefined {
    const run = this.header(ItemHeader.RUN);
    return typeof run === 'string' && NAME.test(run) ? run : undefined;
  }

  /** For the log. */
  get name(): string {
    const what = this.own ? `item ${this.index}` : `message ${this.message.fields.deliveryTag} of somebody else`;
    return `${what} ${quoted(this.body)}`;
  }

  /**
   * Whether it counts towards the pod's exit. Each item has one first delivery, so N pods that succeed by work have done N
   * different items, even where the broker forgets an ack.
   */
  get counts(): boolean {
    const firstDelivery = !this.message.fields.redelivered && this.header(ItemHeader.ATTEMPTS) === undefined;
    return this.own && firstDelivery;
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

  /** The same for a queue, with these headers. Of those that it has only the name of its run goes along. */
  copyWith(headers: Record<string, string | number>): Outgoing {
    const { messageId } = this.message.properties;
    return {
      body: this.body,
      messageId: NAME.test(messageId ?? '') ? messageId : undefined,
      headers: this.run === undefined ? headers : { ...headers, [ItemHeader.RUN]: this.run },
    };
  }

  private count(header: string): number {
    const value = this.header(header);
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
  }

  private header(name: string): unknown {
    return this.message.properties.headers?.[name];
  }
}
