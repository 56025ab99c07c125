import { createHash } from 'node:crypto';
import type { GetMessage } from 'amqplib';
import { DeadLetterHeader, ItemHeader } from '../../contract/message-headers';
import { companions } from '../../contract/queues';
import { takeLock } from '../amqp/lock';
import { publishConfirmed } from '../amqp/publish';
import type { Session } from '../amqp/session';
import { debug } from '../runtime/debug';
import { quoted } from '../runtime/log';
import { sleep } from '../runtime/time';
import type { HeldItem } from './held-item';
import type { Failure } from './item-run';
import { isOwn, type OwnItems } from './own-items';

/** Puts a copy of the item, with the reason, into the dead letter queue, and waits for the broker's confirm. */
export async function writeDeadLetter(
  session: Session,
  queue: string,
  item: HeldItem,
  failure: Failure,
  pod: string,
): Promise<void> {
  const headers: Record<string, string | number> = {
    [DeadLetterHeader.REASON]: failure.reason,
    [DeadLetterHeader.ATTEMPTS]: failure.attempts,
    [DeadLetterHeader.POD]: pod,
    [DeadLetterHeader.SECONDS]: Math.round(failure.milliseconds / 100) / 10,
  };
  if (failure.exitCode !== undefined) headers[DeadLetterHeader.EXIT_CODE] = failure.exitCode;
  if (failure.signal !== undefined) headers[DeadLetterHeader.SIGNAL] = failure.signal;
  if (failure.stderr) headers[DeadLetterHeader.STDERR] = failure.stderr;
  const channel = await session.confirmChannel();
  await publishConfirmed(session, channel, companions(queue).dead, [item.copyWith(headers)]);
  await channel.close();
}

const SAMPLES = 3;

/** For a person: up to here the number is exact, however few are tolerated. */
const EXACT = 100;

/**
 * Counts the dead letters, until it is clear that there are more than `tolerated`. Each is read: what a broker says of the
 * length of a queue is 0 while the queue's leader is away. Twice, a second apart: the broker's own dead-lettering, of an item
 * over the queue's delivery limit, takes a moment. Under a lock: a message that another reader holds is hidden from us.
 */
export async function countDeadLetters(
  session: Session,
  own: OwnItems,
  tolerated: number,
  leave: AbortSignal,
): Promise<DeadLetters> {
  const found = new DeadLetters(Math.max(tolerated + 1, EXACT));
  await readAll(session, own, found, leave);
  if (!found.more) {
    await sleep(1000, leave);
    await readAll(session, own, found, leave);
  }
  return found;
}

/** What was read of the dead letters. */
class DeadLetters {
  /** Whether there are more of them than were read. */
  more = false;
  private readonly own = new Letters();
  private readonly others = new Letters();

  constructor(private readonly enough: number) {}

  /** Different items: one may be dead-lettered twice, by a courier that died between the confirm and its ack. */
  get count(): number {
    return this.own.keys.size + this.others.keys.size;
  }

  /** How many of them are items of the run, and no messages of somebody else. */
  get items(): number {
    return this.own.keys.size;
  }

  /** The first few of them, and that there are others. */
  get names(): string {
    const samples = [...this.own.samples, ...this.others.samples].slice(0, SAMPLES);
    const unnamed = this.count - samples.length;
    const others = this.more ? ['and others'] : unnamed > 0 ? [`and ${unnamed} more`] : [];
    return [...samples, ...others].join(', ');
  }

  /** False, and then it is not counted, where enough were read before. */
  add(message: GetMessage, isOwnItem: boolean): boolean {
    const letters = isOwnItem ? this.own : this.others;
    const key = isOwnItem ? String(message.properties.messageId) : identity(message);
    if (letters.keys.has(key)) return true;
    this.more = this.count === this.enough;
    if (this.more) return false;
    letters.keys.add(key);
    const name = isOwnItem ? `item ${key}` : 'message of somebody else';
    if (letters.samples.length < SAMPLES) letters.samples.push(`${name} ${describe(message)}`);
    return true;
  }
}

/** What makes a message the same as another, and the first few for a person. */
class Letters {
  readonly keys = new Set<string>();
  readonly samples: string[] = [];
}

async function readAll(session: Session, own: OwnItems, found: DeadLetters, leave: AbortSignal): Promise<void> {
  const { dead, verdictLock } = companions(own.queue);
  const others = 'all items are settled, and another pod counts the dead letters';
  const lock = await takeLock(session, verdictLock, leave, others);
  const channel = await session.channel();
  for (let more = true; more && !leave.aborted; ) {
    const message = await channel.call(`read queue ${dead}`, (c) => c.get(dead));
    more = message !== false && found.add(message, isOwn(own, message.properties));
  }
  debug?.(`broker: the messages of queue ${dead} go back to it`);
  channel.raw.nackAll(true);
  await channel.close();
  await lock.release();
}

function identity({ properties, content }: GetMessage): string {
  const { messageId, headers } = properties;
  const name = JSON.stringify([messageId, headers?.[ItemHeader.RUN]]);
  return createHash('sha256').update(name).update(content).digest('hex');
}

/** Ours are short and plain. */
const PLAIN = /^[ -~]{1,200}$/;

function describe({ properties, content }: GetMessage): string {
  const headers = properties.headers ?? {};
  const given = String(headers[DeadLetterHeader.REASON] ?? headers['x-first-death-reason'] ?? 'no reason given');
  const reason = PLAIN.test(given) ? given : quoted(given);
  const lastLine = String(headers[DeadLetterHeader.STDERR] ?? '')
    .split('\n')
    .pop();
  return `${quoted(content)} (${reason}${lastLine ? `: ${quoted(lastLine)}` : ''})`;
}
