/** The queues that belong to a work queue. */
export function relatedQueues(queue: string) {
  return {
    /** Items that have no attempts left. */
    dead: `${queue}.dead`,
    /** Holds one message, the mark, from the moment when every item is in the queue. */
    seeded: `${queue}.seeded`,
    /** Exclusive while a seeder works, so there is never more than one. */
    seedingLock: `${queue}.seeding`,
    /** Exclusive while a courier counts the dead letters: a message that one reader holds is hidden from the others. */
    verdictLock: `${queue}.verdict`,
  } as const;
}

/**
 * What the names of work queues and of {@link relatedQueues} have in common, as a pattern for RabbitMQ's permissions: a label
 * and a hash of ten digits.
 */
export const QUEUE_NAMES = String.raw`[a-z0-9-]+-[0-9a-f]{10}(\.(dead|seeded|seeding|verdict))?`;

/**
 * How often RabbitMQ may deliver an item. RabbitMQ drops an item that comes back for the 20th time unless the queue says
 * otherwise (https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling). This is only a net: couriers give up before.
 */
export const DELIVERY_LIMIT = 20;

/** The kinds of queues, as RabbitMQ's `x-queue-type` names them. */
export const QUEUE_TYPES = ['quorum', 'classic'] as const;

export type QueueType = (typeof QUEUE_TYPES)[number];
