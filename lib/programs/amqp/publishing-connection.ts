import { debug, stackOf } from '../runtime/debug';
import { duration, log } from '../runtime/log';
import { GaveUp, Obstacle, retry } from '../runtime/retry';
import { BackOff } from '../runtime/time';
import { Announcer } from './announcer';
import type { BrokerAddress } from './broker-address';
import { findDeletedQueues } from './deleted-queues';
import { type OutgoingMessage, Publisher } from './publish';
import { BrokerError, ReplyCode, Session } from './session';

export interface Publishing {
  /** What is published, for the log. */
  readonly subject: string;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/** The channels of a connection. */
interface Link {
  readonly publisher: Publisher;
  readonly announcer: Announcer;
}

/**
 * A connection for what a courier publishes, beside the one that holds the item. It is opened when there is something to
 * publish: while RabbitMQ is in an alarm it reads nothing from a connection that has published, also no acks, and does not
 * notice that the connection has ended (https://www.rabbitmq.com/docs/alarms). And what goes wrong with a message leaves the
 * connection alone that holds the item.
 */
export class PublishingConnection {
  private session: Session | undefined;
  private link: Link | undefined;
  private opening: Promise<Link> | undefined;

  constructor(
    private readonly broker: BrokerAddress,
    /** The work queue. */
    private readonly queue: string,
  ) {}

  /**
   * Resolves when the broker has confirmed the message. Until then it is published again and again, and the pod holds its item:
   * to give it back would cost it a delivery, and the program would run once more than it may. So this has no deadline but those
   * of the pod and its Job. A message whose confirm is lost is there twice: dead letters and records are known by the number of
   * their item, and no copy of an item counts towards a pod's exit.
   *
   * Rejects with the reason of `signal` if that aborts, and with another one if the queue was deleted.
   */
  async publish(queue: string, message: OutgoingMessage, { subject, signal }: Publishing): Promise<void> {
    const interrupt = () => this.drop();
    signal.addEventListener('abort', interrupt);
    const result = await retry({
      attempt: () => this.attempt(queue, message, signal),
      backOff: new BackOff(500, 30_000),
      signal,
      describe: (obstacle, pause) => {
        log(`${subject} is not in queue ${queue}: ${obstacle}; trying again in ${duration(pause)}`);
      },
    }).finally(() => signal.removeEventListener('abort', interrupt));
    if (result instanceof GaveUp) throw signal.reason;
  }

  /** Sends a message that nobody waits for, and drops it if the broker cannot be reached, or not at once. */
  announce(queue: string, message: OutgoingMessage): void {
    this.open()
      .then(({ announcer }) => announcer.announce(queue, message))
      .catch((error: Error) => debug?.(stackOf(error)));
  }

  async close(): Promise<void> {
    await this.link?.announcer.close();
    await this.session?.close();
  }

  private async attempt(queue: string, message: OutgoingMessage, signal: AbortSignal): Promise<'published' | Obstacle> {
    try {
      const { publisher } = await this.open();
      // Another pod may have the item already: a copy of it would be one too many.
      if (signal.aborted) throw signal.reason;
      await publisher.publish(queue, [message]);
      return 'published';
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      debug?.(stackOf(error));
      const deleted = error.code === ReplyCode.NOT_FOUND && (await this.findDeletedQueues());
      this.drop();
      if (deleted) throw deleted;
      return new Obstacle(error.message);
    }
  }

  private async open(): Promise<Link> {
    if (this.link && !this.session?.lost.aborted) return this.link;
    this.opening ??= this.connect().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async connect(): Promise<Link> {
    const session = await Session.open(this.broker);
    this.session = session;
    try {
      this.link = { publisher: await Publisher.open(session), announcer: await Announcer.open(session) };
      return this.link;
    } catch (error) {
      session.drop();
      throw error;
    }
  }

  /** Nothing if that cannot be found out now. */
  private async findDeletedQueues(): Promise<Error | undefined> {
    if (!this.session) return undefined;
    return findDeletedQueues(this.session, this.queue).catch(() => undefined);
  }

  private drop(): void {
    this.link = undefined;
    this.session?.drop();
  }
}
