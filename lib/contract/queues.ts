import { HASH_DIGITS } from './content-names';

/** What the name of a work queue is followed by in the names of its related queues. */
const SUFFIX = { DEAD: 'dead', SEEDED: 'seeded', SEEDING: 'seeding', VERDICT: 'verdict' } as const;

/** The queues that belong to a work queue. */
export function relatedQueues(queue: string) {
  return {
    /** The dead letters: copies of the items that have no attempts left. */
    dead: `${queue}.${SUFFIX.DEAD}`,
    /** Contains one message, the mark, from the moment when every item is in the queue. */
    seeded: `${queue}.${SUFFIX.SEEDED}`,
    /** Exclusive while a seeder works, so that only one seeder works at a time. */
    seedingLock: `${queue}.${SUFFIX.SEEDING}`,
    /**
     * Exclusive while a courier counts the dead letters, because a message that one reader holds is hidden from the
     * others.
     */
    verdictLock: `${queue}.${SUFFIX.VERDICT}`,
  } as const;
}

/**
 * A pattern for RabbitMQ's permissions that matches the names of work queues and of their {@link relatedQueues}. A name
 * is a label and a hash, and a related queue has a suffix.
 */
export const QUEUE_NAMES = String.raw`[a-z0-9-]+-[0-9a-f]{${HASH_DIGITS}}(\.(${Object.values(SUFFIX).join('|')}))?`;

/**
 * How often RabbitMQ may deliver an item. By default, RabbitMQ drops an item that comes back for the 20th time
 * (https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling). The limit is only a safety net: couriers give
 * up before.
 */
export const DELIVERY_LIMIT = 20;

/** The types of queues, as values of RabbitMQ's `x-queue-type`. */
export const QUEUE_TYPES = ['quorum', 'classic'] as const;

export type QueueType = (typeof QUEUE_TYPES)[number];
