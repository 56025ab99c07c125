import { createHash } from 'node:crypto';
import type { GetMessage } from 'amqplib';
import { DeadLetterHeader, ItemHeader } from '../../contract/message-headers';
import { relatedQueues } from '../../contract/queues';
import { takeLock } from '../amqp/lock';
import type { Session } from '../amqp/session';
import { debug } from '../runtime/debug';
import { duration, log, quoted } from '../runtime/log';
import { type GaveUp, Obstacle, retry } from '../runtime/retry';
import type { RetryDeadline } from '../runtime/retry-deadline';
import { BackOff, sleep } from '../runtime/time';
import { belongsToRun, type ItemProperties, type RunItems } from './run-items';

const SAMPLES = 3;

/** For a person: up to here the number is exact, however few are tolerated. */
const EXACT = 100;

/** The broker's own dead-lettering, of an item over the queue's delivery limit, takes a moment. */
const SECOND_READING_MS = 1000;

export interface CountOptions {
  readonly run: RunItems;
  readonly tolerated: number;
  readonly deadline: RetryDeadline;
  /** Aborts when the pod is terminated. */
  readonly shutdown: AbortSignal;
}

/**
 * Counts the dead letters, until it is clear that there are more than `tolerated`. Each is read, because what a broker says of
 * the length of a queue is 0 while the queue's leader is away. They are read twice, a second apart, and under a lock: a message
 * that another reader holds is hidden from this one.
 *
 * A consumer of another client may hold some of them or take them away, so the count waits until there is none. A client that
 * holds messages without being a consumer (`basic.get`) cannot be seen.
 */
export async function countDeadLetters(session: Session, options: CountOptions): Promise<DeadLetters | GaveUp> {
  const { run, tolerated, deadline, shutdown } = options;
  const { dead } = relatedQueues(run.queue);
  const found = new DeadLetters(run, Math.max(tolerated + 1, EXACT));
  const consumed = async () => (await session.queueStatus(dead)).consumers > 0;
  const obstacle = new Obstacle(`queue ${dead} has a consumer that is not a courier and may hold dead letters`);
  return retry({
    attempt: async () => {
      if (await consumed()) return obstacle;
      await readAll(session, run.queue, found, shutdown);
      if (!found.more) {
        await sleep(SECOND_READING_MS, shutdown);
        await readAll(session, run.queue, found, shutdown);
      }
      return (await consumed()) ? obstacle : found;
    },
    backOff: new BackOff(1000, 30_000),
    deadline,
    signal: shutdown,
    describe: (reason, pause) => log(`all items are settled, but ${reason}; looking again in ${duration(pause)}`),
  });
}

/** What was read of the dead letters. */
export class DeadLetters {
  /** Whether there are more of them than were read. */
  more = false;
  private readonly items = new Letters();
  private readonly foreign = new Letters();

  constructor(
    private readonly run: RunItems,
    private readonly enough: number,
  ) {}

  /** Different items: one may be dead-lettered twice, by a courier that died between the confirm and its ack. */
  get count(): number {
    return this.items.keys.size + this.foreign.keys.size;
  }

  /** How many of them are items of the run, not foreign messages. */
  get itemCount(): number {
    return this.items.keys.size;
  }

  /** The first few of them, and that there are others. */
  get names(): string {
    const samples = [...this.items.samples, ...this.foreign.samples].slice(0, SAMPLES);
    const unnamed = this.count - samples.length;
    const others = this.more ? ['and others'] : unnamed > 0 ? [`and ${unnamed} more`] : [];
    return [...samples, ...others].join(', ');
  }

  /** Whether the dead letter with this {@link deadLetterKey} was read. */
  has(key: string): boolean {
    return this.items.keys.has(key) || this.foreign.keys.has(key);
  }

  /** False, and the message is not counted, if enough were read before. */
  add(message: GetMessage): boolean {
    const isItem = belongsToRun(this.run, message.properties);
    const letters = isItem ? this.items : this.foreign;
    const key = deadLetterKey(this.run, message.properties, message.content);
    if (letters.keys.has(key)) return true;
    this.more = this.count === this.enough;
    if (this.more) return false;
    letters.keys.add(key);
    const name = isItem ? `item ${key}` : 'foreign message';
    if (letters.samples.length < SAMPLES) letters.samples.push(`${name} ${describe(message)}`);
    return true;
  }
}

/** What makes a message the same as another, and the first few for a person. */
class Letters {
  readonly keys = new Set<string>();
  readonly samples: string[] = [];
}

async function readAll(session: Session, queue: string, found: DeadLetters, shutdown: AbortSignal): Promise<void> {
  const { dead, verdictLock } = relatedQueues(queue);
  const holder = 'all items are settled, and another pod counts the dead letters';
  const lock = await takeLock(session, { name: verdictLock, shutdown, holder });
  const channel = await session.channel();
  for (let more = true; more && !shutdown.aborted; ) {
    const message = await channel.call(`read queue ${dead}`, (c) => c.get(dead));
    more = message !== false && found.add(message);
  }
  debug?.(`broker: the messages of queue ${dead} go back to it`);
  channel.raw.nackAll(true);
  await channel.close();
  await lock.release();
}

/** What two dead letters of the same message have in common: the number of an item, or a digest of a foreign message. */
export function deadLetterKey(run: RunItems, properties: ItemProperties, content: Buffer): string {
  const { messageId, headers } = properties;
  if (belongsToRun(run, properties)) return String(messageId);
  const name = JSON.stringify([messageId, headers?.[ItemHeader.RUN]]);
  return createHash('sha256').update(name).update(content).digest('hex');
}

/** Why RabbitMQ itself has moved an item from the work queue to the dead letters. https://www.rabbitmq.com/docs/dlx */
const BROKER_REASONS: Readonly<Record<string, string>> = {
  expired: 'expired: a message-ttl policy on the broker removed it',
  maxlen: 'maxlen: a max-length policy on the broker removed it',
};

/** The reasons that couriers and RabbitMQ write are short and plain. */
const PLAIN = /^[ -~]{1,200}$/;

function describe({ properties, content }: GetMessage): string {
  const headers = properties.headers ?? {};
  const ofBroker = String(headers['x-first-death-reason'] ?? 'no reason given');
  const given = String(headers[DeadLetterHeader.REASON] ?? BROKER_REASONS[ofBroker] ?? ofBroker);
  const reason = PLAIN.test(given) ? given : quoted(given);
  const lastLine = String(headers[DeadLetterHeader.STDERR] ?? '')
    .split('\n')
    .pop();
  return `${quoted(content)} (${reason}${lastLine ? `: ${quoted(lastLine)}` : ''})`;
}
