import { randomUUID } from 'node:crypto';
import type { Channel, ConsumeMessage } from 'amqplib';
import { RecordHeader, RecordKind } from '../../contract/message-headers';
import { relatedQueues } from '../../contract/queues';
import type { OutgoingMessage } from '../amqp/publish';
import { BrokerError, ReplyCode, type Session, type SessionChannel } from '../amqp/session';
import { STREAM_OFFSET } from '../amqp/stream-offset';
import { debug } from '../runtime/debug';
import { FinalError } from '../runtime/exit-status';
import { type ItemOfRetry, lookRecord } from './record';
import { Records } from './records';
import type { RunItems } from './run-items';

/** How many records the broker sends ahead of their acks. */
const PREFETCH = 1000;

/** A stream delivers what it has at once. After so long without a record, a reader that may miss some goes on. */
const QUIET_MS = 300;

/** A broker that sends nothing for so long, although there is something, is in trouble. */
const SILENCE_MS = 30_000;

/** Writes to the ledger, and resolves when the broker has confirmed it. */
export type WriteRecord = (record: OutgoingMessage) => Promise<void>;

/**
 * The ledger of a run, `<queue>.ledger`, over one session: what was read of it so far, and ways to read on.
 *
 * It is a stream, which is read without taking anything away. A broker without streams has a queue instead: each reading takes
 * all records and gives them back, so there must be one reader at a time.
 *
 * "This item has a record" needs no more than the records that were read. "Each item is over" needs all that were confirmed before,
 * because items may have been retried, and so does "an item has no record". AMQP does not tell where a stream ends. So the reader
 * writes a record of its own and reads up to that.
 */
export class Ledger {
  readonly records: Records;
  private next: number | 'first' = 'first';

  constructor(
    private readonly session: Session,
    private readonly run: RunItems,
    private readonly write: WriteRecord,
  ) {
    this.records = new Records(run);
  }

  /** Whether it may be read at any time, by many. */
  get isStream(): boolean {
    return this.session.hasStreams;
  }

  /**
   * Reads on until nothing more arrives, and may miss what was confirmed just before. But if each item is over by then, it reads
   * all that was confirmed before this call: an item may have been retried.
   */
  async readOn(): Promise<void> {
    if (!this.isStream) return this.readToEnd();
    if (!this.records.isComplete) await this.read({ isEnough: () => this.records.isComplete, quietMs: QUIET_MS });
    if (this.records.isComplete) await this.readToEnd();
  }

  /** Reads all that was confirmed before this call. */
  async readToEnd(): Promise<void> {
    await this.readUntil(() => false);
  }

  /** Whether the item of a message has a record that was confirmed before this call. */
  async has({ number, generation }: ItemOfRetry): Promise<boolean> {
    const isSettled = () => this.records.isSettled(number, generation);
    await this.readUntil(isSettled);
    return isSettled();
  }

  private async readUntil(isEnough: () => boolean): Promise<void> {
    if (isEnough()) return;
    const look = randomUUID();
    await this.write(lookRecord(this.run, look));
    await this.read({ isEnough, look });
  }

  private async read(goal: Goal): Promise<void> {
    const { ledger } = relatedQueues(this.run.queue);
    const channel = await this.session.channel();
    const reading = new Reading(channel, goal, this.isStream, (message, offset) => {
      this.records.add(message);
      if (offset !== undefined) this.next = offset + 1;
    });
    await reading.begin(ledger, this.next);
    await reading.over();
    debug?.(`broker: read up to ${this.records.count} records of ${ledger}`);
    await channel.close();
  }
}

interface Goal {
  readonly isEnough: () => boolean;
  /** The reader's own record, which ends the reading. */
  readonly look?: string;
  /** After so long without a record the reading ends. Without it, that is an error. */
  readonly quietMs?: number;
}

/** One consumer of the ledger. */
class Reading {
  private isOver = false;
  private unacked = 0;
  private lastArrival = performance.now();
  private wake: () => void = () => {};

  constructor(
    private readonly channel: SessionChannel<Channel>,
    private readonly goal: Goal,
    private readonly isStream: boolean,
    private readonly onRecord: (message: ConsumeMessage, offset: number | undefined) => void,
  ) {
    channel.lost.addEventListener('abort', () => this.wake());
  }

  async begin(ledger: string, from: number | 'first'): Promise<void> {
    if (this.isStream) await this.channel.call('set the prefetch count', (c) => c.prefetch(PREFETCH));
    const options = this.isStream ? { arguments: { [STREAM_OFFSET]: from } } : {};
    try {
      await this.channel.call(`read queue ${ledger}`, (c) =>
        c.consume(ledger, (message) => this.arrived(message), options),
      );
    } catch (error) {
      const { code } = error as BrokerError;
      throw this.isStream && code === ReplyCode.PRECONDITION_FAILED ? noStream(ledger) : error;
    }
    this.lastArrival = performance.now(); // the answer of a busy broker may take longer than the quiet that ends a reading
  }

  async over(): Promise<void> {
    const { quietMs } = this.goal;
    const limit = quietMs ?? SILENCE_MS;
    while (!this.isOver) {
      if (this.channel.lost.aborted) throw this.channel.lost.reason;
      const left = this.lastArrival + limit - performance.now();
      if (left <= 0 && quietMs !== undefined) return;
      if (left <= 0) throw new BrokerError(`the ledger sends nothing for ${limit / 1000} s, although there is more`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private arrived(message: ConsumeMessage | null): void {
    if (!message) this.channel.lose(new BrokerError('the broker cancelled the reader of the ledger'));
    if (!message || this.isOver) return;
    this.lastArrival = performance.now();
    const { headers, messageId } = message.properties;
    const offset: unknown = headers?.[STREAM_OFFSET];
    this.onRecord(message, typeof offset === 'number' ? offset : undefined);
    if (this.isStream && typeof offset !== 'number') {
      this.channel.lose(noStream(message.fields.routingKey));
      return;
    }
    const isLook = headers?.[RecordHeader.KIND] === RecordKind.LOOK;
    this.settle(message, isLook);
    this.isOver = this.goal.isEnough() || (isLook && messageId === this.goal.look);
    if (this.isOver) this.wake();
  }

  /** In a stream an ack is only credit for more. In a queue it removes the record, so all but the looks return at the end. */
  private settle(message: ConsumeMessage, isLook: boolean): void {
    if (this.isStream && ++this.unacked >= PREFETCH / 2) {
      this.unacked = 0;
      this.channel.raw.ack(message, true);
    } else if (!this.isStream && isLook) {
      this.channel.raw.ack(message);
    }
  }
}

/** RabbitMQ 3.10 refuses the offset. A broker that ignores it would remove a record at each ack. */
function noStream(ledger: string): FinalError {
  return new FinalError(
    `queue ${ledger} is not a stream: a broker before RabbitMQ 3.9 declared it, and was upgraded since. To run the whole list ` +
      'again, give the QueueSeeder another runId and apply',
  );
}
