import { HASH_DIGITS } from './content-names';

/** What the name of a work queue is followed by in the names of its related queues. */
const SUFFIX = {
  DEAD: 'dead',
  SEEDED: 'seeded',
  SEEDING: 'seeding',
  LEDGER: 'ledger',
  EVENTS: 'events',
  SETTLED: 'settled',
  SETTLING: 'settling',
} as const;

/** The queues that belong to a work queue. */
export function relatedQueues(queue: string) {
  return {
    /** The dead letters: copies of the items that have no attempts left. */
    dead: `${queue}.${SUFFIX.DEAD}`,
    /** Contains one message, the seeded mark, from the moment when every item is in the queue. */
    seeded: `${queue}.${SUFFIX.SEEDED}`,
    /** Exclusive while a seeder works, so that only one seeder works at a time. */
    seedingLock: `${queue}.${SUFFIX.SEEDING}`,
    /** Contains a record of each item that is done or a dead letter. A stream where the broker has streams. */
    ledger: `${queue}.${SUFFIX.LEDGER}`,
    /** A bounded stream of what goes on, for people. Missing where the broker has no streams. */
    events: `${queue}.${SUFFIX.EVENTS}`,
    /** Contains one message, the settled mark, from the moment when a courier has seen that each item has a record. */
    settled: `${queue}.${SUFFIX.SETTLED}`,
    /** Exclusive while a courier finds out whether the run is settled, so that only one leaves the mark. */
    settlingLock: `${queue}.${SUFFIX.SETTLING}`,
  } as const;
}

/**
 * A pattern for RabbitMQ's permissions that matches the names of work queues and of their {@link relatedQueues}. A name
 * is a label and a hash, and a related queue has a suffix.
 */
export const QUEUE_NAMES = String.raw`[a-z0-9-]+-[0-9a-f]{${HASH_DIGITS}}(\.(${Object.values(SUFFIX).join('|')}))?`;

/**
 * The version of what the queues contain. It is part of the hash in a queue's name, because pods of one version cannot
 * continue what pods of another have begun. After the first release it must not change: every finished run would begin
 * again when its manifest is synthesized anew. Let the programs accept both contents instead.
 */
export const QUEUES_VERSION = 3;

/**
 * How often RabbitMQ may deliver an item. By default, RabbitMQ drops an item that comes back for the 20th time
 * (https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling). The limit is only a safety net: couriers give
 * up before.
 */
export const DELIVERY_LIMIT = 20;

/**
 * How large the stream of a run's events may become. The broker removes whole segments.
 * https://www.rabbitmq.com/docs/streams#retention
 */
export const EVENTS_BYTES = { max: 32_000_000, segment: 8_000_000 } as const;

/**
 * How much of the end of standard error the event of a failed attempt has. Each failed attempt has its event, so this is less than
 * a dead letter has: the room of the events is assumed for items with few failures.
 */
export const EVENT_STDERR_BYTES = 400;

/** The types of queues, as values of RabbitMQ's `x-queue-type`. */
export const QUEUE_TYPES = ['quorum', 'classic'] as const;

export type QueueType = (typeof QUEUE_TYPES)[number];
