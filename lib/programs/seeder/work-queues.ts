import { DELIVERY_LIMIT, EVENTS_BYTES, type QueueType, relatedQueues } from '../../contract/queues';
import { declare } from '../amqp/declare';
import type { Session } from '../amqp/session';

export interface QueueSettings {
  readonly queue: string;
  readonly queueType: QueueType;
  readonly consumerTimeoutMs: number;
}

/** RabbitMQ 4 drops a message after 20 deliveries unless the queue says otherwise; a dead letter may be read more often. */
const NO_DELIVERY_LIMIT = 1_000_000;

/** Three members of a quorum queue are elected and synced before the broker answers. */
const DECLARE_LIMIT_MS = 60_000;

const EVENTS = {
  'x-queue-type': 'stream',
  'x-max-length-bytes': EVENTS_BYTES.max,
  'x-stream-max-segment-size-bytes': EVENTS_BYTES.segment,
};

/** Declares the related queues and then, last, the work queue. */
export async function declareQueues(session: Session, settings: QueueSettings): Promise<void> {
  const { queue, queueType } = settings;
  const { dead, seeded, ledger, events, settled } = relatedQueues(queue);
  const channel = await session.channel();
  const quorum = queueType === 'quorum';
  // Other brokers may refuse an argument that they do not know (Apache Qpid Broker-J closes the connection), and need none.
  const plain = !quorum && session.product !== 'RabbitMQ';
  // RabbitMQ before 3.12 has no timeout per queue and ignores it; since 4.3 a classic queue has none, and
  // since 4.3.2 it refuses the argument (https://github.com/rabbitmq/rabbitmq-server/issues/17144).
  const timed = quorum || !session.isRabbitMQ(4, 3);
  // A classic queue without it drops messages at any policy with max-length: it takes the length first, and then `reject-publish`.
  // In a quorum queue a policy with `drop-head` has precedence over it.
  const overflow = { 'x-overflow': 'reject-publish' };
  const kept = { 'x-queue-type': queueType, ...overflow, ...(quorum && { 'x-delivery-limit': NO_DELIVERY_LIMIT }) };
  const work = {
    'x-queue-type': queueType,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': dead,
    ...overflow,
    ...(timed && { 'x-consumer-timeout': settings.consumerTimeoutMs }),
    ...(quorum && { 'x-delivery-limit': DELIVERY_LIMIT, 'x-dead-letter-strategy': 'at-least-once' }),
  };
  const make = (name: string, args: Record<string, string | number>) =>
    declare(channel, name, { durable: true, arguments: plain ? {} : args }, DECLARE_LIMIT_MS);
  await make(dead, kept);
  await make(seeded, kept);
  await make(ledger, session.hasStreams ? { 'x-queue-type': 'stream' } : kept);
  if (session.hasStreams) await make(events, EVENTS);
  await make(settled, kept);
  await make(queue, work);
  await channel.close();
}
