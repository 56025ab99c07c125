import type { BrokerAddress } from '../amqp/broker-address';
import { type OutgoingMessage, publishOne } from '../amqp/publish';
import { BrokerError, Session } from '../amqp/session';
import type { Delivery } from './delivery';

/**
 * Publishes copies of items: dead letters and requeued items. It has a connection of its own, which it opens when there is
 * something to publish: while RabbitMQ is in an alarm it reads nothing from a connection that has published, also no acks, and
 * does not notice that the connection has ended (https://www.rabbitmq.com/docs/alarms).
 */
export class CopyPublisher {
  private session: Session | undefined;

  constructor(private readonly broker: BrokerAddress) {}

  /** Resolves when the broker has confirmed the copy. Rejects with the reason if the broker takes the item back. */
  async publish(queue: string, copy: OutgoingMessage, { lost }: Delivery): Promise<void> {
    const interrupt = () => this.drop();
    lost.addEventListener('abort', interrupt);
    try {
      await publishOne(await this.openSession(lost), queue, copy);
    } catch (error) {
      if (error instanceof BrokerError) this.drop();
      throw error;
    } finally {
      lost.removeEventListener('abort', interrupt);
    }
  }

  async close(): Promise<void> {
    await this.session?.close();
  }

  private async openSession(lost: AbortSignal): Promise<Session> {
    if (!this.session || this.session.lost.aborted) this.session = await Session.open(this.broker);
    // Another pod may have the item already: a copy of it would be one too many.
    if (lost.aborted) throw lost.reason;
    return this.session;
  }

  private drop(): void {
    this.session?.drop();
  }
}
