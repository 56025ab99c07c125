/** The queues beside a work queue. */
export function companions(queue: string) {
  return {
    /** Items out of attempts. */
    dead: `${queue}.dead`,
    /** Holds one message from the moment when every item is in the queue. */
    seeded: `${queue}.seeded`,
    /** Exclusive while a seeder works: there is never more than one. */
    seedingLock: `${queue}.seeding`,
    /** Exclusive while a courier counts the dead letters: a message that one reader holds is hidden from the others. */
    verdictLock: `${queue}.verdict`,
  } as const;
}

/**
 * All that {@link companions} and the names of work queues have in common, as a pattern for RabbitMQ's permissions: a label,
 * and a hash of ten digits.
 */
export const QUEUE_NAMES = String.raw`[a-z0-9-]+-[0-9a-f]{10}(\.(dead|seeded|seeding|verdict))?`;

/**
 * How often RabbitMQ may deliver an item: it drops one that comes back for the 20th time unless the queue says otherwise
 * (https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling). It is only a net: the couriers give up before.
 */
export const DELIVERY_LIMIT = 20;

export type QueueType = 'quorum' | 'classic';
