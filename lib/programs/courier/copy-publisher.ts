import type { BrokerAddress } from '../amqp/broker-address';
import { findDeletedQueues } from '../amqp/deleted-queues';
import { type OutgoingMessage, publishOne } from '../amqp/publish';
import { BrokerError, ReplyCode, Session } from '../amqp/session';
import { debug, stackOf } from '../runtime/debug';
import { duration, log } from '../runtime/log';
import { GaveUp, Obstacle, retry } from '../runtime/retry';
import { BackOff } from '../runtime/time';
import type { Delivery } from './delivery';

/**
 * Publishes copies of items: dead letters and requeued items. It has a connection of its own, which it opens when there is
 * something to publish: while RabbitMQ is in an alarm it reads nothing from a connection that has published, also no acks, and
 * does not notice that the connection has ended (https://www.rabbitmq.com/docs/alarms). And what goes wrong with a copy leaves
 * the connection alone that holds the item.
 */
export class CopyPublisher {
  private session: Session | undefined;

  constructor(
    private readonly broker: BrokerAddress,
    /** The work queue. */
    private readonly queue: string,
  ) {}

  /**
   * Resolves when the broker has confirmed the copy. Until then it is published again and again, and the pod holds the item: to
   * give it back would cost it a delivery, and the program would run once more than it may. So this has no deadline but those of
   * the pod and its Job. A copy whose confirm is lost is there twice: dead letters are counted by item, and no copy of an item
   * counts towards a pod's exit.
   *
   * Rejects with the reason if the broker takes the item back, and with another one if the queue was deleted.
   */
  async publish(queue: string, copy: OutgoingMessage, { lost, message }: Delivery): Promise<void> {
    const interrupt = () => this.drop();
    lost.addEventListener('abort', interrupt);
    const result = await retry({
      attempt: () => this.attempt(queue, copy, lost),
      backOff: new BackOff(500, 30_000),
      signal: lost,
      describe: (obstacle, pause) => {
        const again = `trying again in ${duration(pause)}`;
        log(`${message.name}: its copy is not in queue ${queue}: ${obstacle}; the pod holds the item, ${again}`);
      },
    }).finally(() => lost.removeEventListener('abort', interrupt));
    if (result instanceof GaveUp) throw lost.reason;
  }

  async close(): Promise<void> {
    await this.session?.close();
  }

  private async attempt(queue: string, copy: OutgoingMessage, lost: AbortSignal): Promise<'published' | Obstacle> {
    try {
      if (!this.session || this.session.lost.aborted) this.session = await Session.open(this.broker);
      // Another pod may have the item already: a copy of it would be one too many.
      if (lost.aborted) throw lost.reason;
      await publishOne(this.session, queue, copy);
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

  /** Nothing if that cannot be found out now. */
  private async findDeletedQueues(): Promise<Error | undefined> {
    if (!this.session) return undefined;
    return findDeletedQueues(this.session, this.queue).catch(() => undefined);
  }

  private drop(): void {
    this.session?.drop();
  }
}
