import { DeliveryName } from '../../lib/contract/delivery';
import { relatedQueues } from '../../lib/contract/queues';
import { isDeleted } from '../../lib/programs/amqp/deleted-queues';
import { queueStatusOr } from '../../lib/programs/amqp/queue-status';
import { BrokerError, ReplyCode, type Session } from '../../lib/programs/amqp/session';
import type { BrokerLink } from '../broker-access/broker-link';
import { StreamTail } from '../broker-access/stream-tail';
import { CommandError } from '../system/command-error';
import { EventsView } from './events-view';
import { LedgerView } from './ledger-view';
import { isNoStream, isNotFound, NO_BROKER, NO_STREAM } from './read-streams';
import { NO_RECORDS } from './require-records';
import type { RunJobs } from './run-jobs';

/** What the broker says of a run. */
export type QueuesReading =
  | { readonly kind: 'ledger'; readonly note?: string }
  | { readonly kind: 'queues'; readonly waiting: number; readonly dead: number; readonly note: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'none'; readonly note: string };

/** All queues of a run but the locks, which the broker deletes with the connection that holds them. */
export function queueNames(queue: string): string[] {
  const { dead, seeded, ledger, events, settled } = relatedQueues(queue);
  return [queue, dead, seeded, ledger, events, settled];
}

/** The queues of a run, read without taking anything away: the ledger and the events, which go on by themselves once begun. */
export class RunQueues {
  readonly ledger: LedgerView;
  readonly events: EventsView;
  private readonly ledgerTail: StreamTail;
  private readonly eventsTail: StreamTail;
  private hasRead = false;
  private hasMark = false;
  private isNoStream = false;
  private readonly hasRecords: boolean;

  constructor(
    run: RunJobs,
    private readonly link: BrokerLink | undefined,
    /** Whether the events are wanted too. */
    private readonly withEvents: boolean,
  ) {
    this.hasRecords = run.delivery !== DeliveryName.AMQP_CONSUME;
    this.ledger = new LedgerView(run);
    this.events = new EventsView(run);
    const { ledger, events } = relatedQueues(run.queue);
    this.ledgerTail = new StreamTail(run, ledger, (message) => this.ledger.add(message));
    this.eventsTail = new StreamTail(run, events, (message) => this.events.add(message));
  }

  /**
   * Brings both views up to date. It does not reject for what is wrong with the broker: the note says it.
   *
   * @param isEnded reads all that there is, because nobody will look again
   */
  async read(isEnded: boolean): Promise<QueuesReading> {
    if (!this.link) return { kind: 'none', note: NO_BROKER };
    let session: Session | undefined;
    try {
      if (isEnded) await this.close();
      session = await this.link.session();
      return await this.readOver(session, isEnded);
    } catch (error) {
      if (!(error instanceof BrokerError || error instanceof CommandError)) throw error;
      if (session && isNotFound(error) && (await this.isLedgerDeleted(session))) return { kind: 'missing' };
      const words = error instanceof BrokerError ? `The broker: ${error.message}` : error.message;
      if (!this.hasRead) return { kind: 'none', note: words };
      return { kind: 'ledger', note: `The numbers are those of the broker's last answer. ${words}` };
    }
  }

  private async readOver(session: Session, isEnded: boolean): Promise<QueuesReading> {
    if (!this.hasMark) await this.findMark(session).catch(unlessNotFound);
    if (!this.hasRecords || !session.hasStreams || this.isNoStream) return this.lengths(session);
    try {
      await this.readOn(this.ledgerTail, session, isEnded);
    } catch (error) {
      this.isNoStream = isNoStream(error);
      if (this.isNoStream) return this.lengths(session);
      throw error;
    }
    if (this.withEvents) await this.readOn(this.eventsTail, session, isEnded).catch(unlessNotFound);
    return { kind: 'ledger' };
  }

  /** Up to the end if nobody will look again. The first part needs no answer to a message, which a broker in an alarm does not give. */
  private async readOn(tail: StreamTail, session: Session, isEnded: boolean): Promise<void> {
    if (tail.isReading) return;
    await tail.begin(session);
    await tail.untilQuiet();
    this.hasRead = true;
    if (isEnded) await tail.untilEnd(session);
  }

  /** A queue whose node is away is not found either, and comes back. */
  private async isLedgerDeleted(session: Session): Promise<boolean> {
    return isDeleted(session, relatedQueues(this.ledger.run.queue).ledger).catch(() => false);
  }

  /** Whether the seeder has left its mark: the queue is filled. */
  get isSeeded(): boolean {
    return this.hasMark;
  }

  /** The names of the run's queues that exist. Undefined if the broker cannot be asked. */
  async existing(): Promise<string[] | undefined> {
    if (!this.link) return undefined;
    try {
      const session = await this.link.session();
      const found: string[] = [];
      for (const name of queueNames(this.ledger.run.queue)) {
        const status = await queueStatusOr(session, name, { [ReplyCode.NOT_FOUND]: 'missing' });
        if (status !== 'missing') found.push(name);
      }
      return found;
    } catch (error) {
      if (error instanceof BrokerError || error instanceof CommandError) return undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.ledgerTail.close(), this.eventsTail.close()]);
  }

  private async findMark(session: Session): Promise<void> {
    this.hasMark = (await session.queueStatus(relatedQueues(this.ledger.run.queue).seeded)).ready > 0;
  }

  /** A ledger that is no stream has one reader at a time, which must be a courier. */
  private async lengths(session: Session): Promise<QueuesReading> {
    const { queue } = this.ledger.run;
    const { ready: waiting } = await session.queueStatus(queue);
    const { ready: dead } = await session.queueStatus(relatedQueues(queue).dead);
    const reason = this.hasRecords ? NO_STREAM : NO_RECORDS;
    const note = `${reason}. The numbers are the lengths of the queues; which items are done, and how long they took, is not known`;
    return { kind: 'queues', waiting, dead, note };
  }
}

function unlessNotFound(error: Error): void {
  if (!isNotFound(error)) throw error;
}
