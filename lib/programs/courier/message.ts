import type { ConsumeMessage } from 'amqplib';
import { DeadLetterHeader, ItemHeader } from '../../contract/message-headers';
import type { OutgoingMessage } from '../amqp/publish';
import { generationHeader, generationOf } from '../ledger/generation';
import { belongsToRun, isItemNumber, type RunItems } from '../ledger/run-items';
import { quoted } from '../runtime/log';

/** A short text is a name. Anything else is not taken for one, nor copied: the broker or the system may refuse it. */
const NAME = /^[^\p{Cc}\ufffd]{1,255}$/u;

/** https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling */
const DELIVERY_COUNT = 'x-delivery-count';

/** What a message has to have to be looked at: the part of amqplib's that holds no channel. */
export type RawMessage = Pick<ConsumeMessage, 'content' | 'properties'> & {
  readonly fields: Pick<ConsumeMessage['fields'], 'redelivered' | 'deliveryTag'>;
};

/** Why an item's last attempt failed: what its dead letter says. */
export interface Failure {
  readonly reason: string;
  readonly attempts: number;
  readonly milliseconds: number;
  readonly exitCode?: number;
  readonly signal?: number;
  /** The end of what the program wrote to standard error. */
  readonly stderr?: string;
}

/** A message from the work queue, as data: what it says, not how it is settled. */
export class Message {
  /** Whether the message is an item of this run, not a foreign message. */
  readonly belongsToRun: boolean;

  constructor(
    private readonly raw: RawMessage,
    run: RunItems,
  ) {
    this.belongsToRun = belongsToRun(run, raw.properties);
  }

  /** The item's number. A foreign message has none. */
  get number(): number | undefined {
    return this.belongsToRun ? Number(this.raw.properties.messageId) : undefined;
  }

  /** The number of the retry that has put the item into the queue, or 0. */
  get generation(): number {
    return generationOf(this.raw.properties.headers);
  }

  get body(): Buffer {
    return this.raw.content;
  }

  /** The item's number. Missing if another client filled the queue. */
  get index(): string | undefined {
    const { messageId } = this.raw.properties;
    return isItemNumber(messageId) ? messageId : undefined;
  }

  /** The name of the run that the item is part of. Missing if another client filled the queue. */
  get run(): string | undefined {
    const run = this.header(ItemHeader.RUN);
    return typeof run === 'string' && NAME.test(run) ? run : undefined;
  }

  /** For the log. */
  get name(): string {
    const what = this.belongsToRun ? `item ${this.index}` : `foreign message ${this.raw.fields.deliveryTag}`;
    return `${what} ${quoted(this.body)}`;
  }

  /** Whether no pod has had the item before: the broker has not delivered it before, and no courier has requeued it. */
  get isFirstDelivery(): boolean {
    return !this.raw.fields.redelivered && this.header(ItemHeader.ATTEMPTS) === undefined;
  }

  /** Failed attempts in pods that have requeued the item. */
  get attemptsBefore(): number {
    return this.count(ItemHeader.ATTEMPTS);
  }

  /** How often, since it was published, a pod or a connection died that had the message, as far as the broker counts that. */
  get lostDeliveries(): number {
    return this.count(DELIVERY_COUNT);
  }

  /** Whether a pod or a connection died that had the message, and the broker does not count how often: quorum queues do. */
  get isUncountedRedelivery(): boolean {
    return this.raw.fields.redelivered && this.header(DELIVERY_COUNT) === undefined;
  }

  /** How often a pod had the item and did not get to its end, with those before the item was requeued. */
  get interruptions(): number {
    return this.count(ItemHeader.INTERRUPTIONS) + (this.isUncountedRedelivery ? 1 : this.lostDeliveries);
  }

  /** A copy for the work queue, so that another pod gets the item with what has happened to it so far. */
  requeued(attempts: number, interruptions: number): OutgoingMessage {
    return this.copyWith({ [ItemHeader.ATTEMPTS]: attempts, [ItemHeader.INTERRUPTIONS]: interruptions });
  }

  /** A copy for the dead letter queue, with the reason. */
  deadLetter(failure: Failure, pod: string): OutgoingMessage {
    const { exitCode, signal, stderr } = failure;
    return this.copyWith({
      [DeadLetterHeader.REASON]: failure.reason,
      [DeadLetterHeader.ATTEMPTS]: failure.attempts,
      [DeadLetterHeader.POD]: pod,
      [DeadLetterHeader.SECONDS]: Math.round(failure.milliseconds / 100) / 10,
      ...(exitCode !== undefined && { [DeadLetterHeader.EXIT_CODE]: exitCode }),
      ...(signal !== undefined && { [DeadLetterHeader.SIGNAL]: signal }),
      ...(stderr && { [DeadLetterHeader.STDERR]: stderr }),
    });
  }

  /** Of the headers of this message only the name of its run and the generation go along. */
  private copyWith(headers: Record<string, string | number>): OutgoingMessage {
    const { messageId } = this.raw.properties;
    return {
      body: this.body,
      messageId: NAME.test(messageId ?? '') ? messageId : undefined,
      headers: {
        ...headers,
        ...generationHeader(this.generation),
        ...(this.run !== undefined && { [ItemHeader.RUN]: this.run }),
      },
    };
  }

  private count(header: string): number {
    const value = this.header(header);
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
  }

  private header(name: string): unknown {
    return this.raw.properties.headers?.[name];
  }
}
