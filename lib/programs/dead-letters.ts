import { createHash } from 'node:crypto';
import type { GetMessage } from 'amqplib';
import { companions, DeadLetterHeader, ItemHeader } from '../contract';
import type { HeldItem } from './held-item';
import type { Failure } from './item-run';
import { takeLock } from './lock';
import { quoted } from './log';
import { isOwn, type OwnItems } from './own-items';
import { publishConfirmed } from './publish';
import type { Session } from './session';
import { sleep } from './time';

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

export interface DeadLetters {
  /** Different items: one may be dead-lettered twice, by a courier that died between the confirm and its ack. */
  readonly count: number;
  /** How many of them are items of the run, and no messages of somebody else. */
  readonly items: number;
  /** The first few, for a person. */
  readonly samples: readonly string[];
}

const SAMPLES = 3;

/**
 * Counts the dead letters. Twice, a second apart: the broker's own dead-lettering, of an item over the queue's delivery
 * limit, takes a moment. Under a lock: a message that another reader holds is hidden from us.
 */
export async function countDeadLetters(session: Session, own: OwnItems, leave: AbortSignal): Promise<DeadLetters> {
  const { dead, verdictLock } = companions(own.queue);
  const lock = await takeLock(session, verdictLock, leave);
  const found: Found = { items: new Map(), others: new Map() };
  await readAll(session, dead, own, found);
  await sleep(1000, leave);
  await readAll(session, dead, own, found);
  await lock.release();
  const { items, others } = found;
  const samples = [...items.values(), ...others.values()].slice(0, SAMPLES);
  return { count: items.size + others.size, items: items.size, samples };
}

/** Descriptions, by what makes a message the same as another. */
interface Found {
  readonly items: Map<string, string>;
  readonly others: Map<string, string>;
}

async function readAll(session: Session, dead: string, own: OwnItems, { items, others }: Found): Promise<void> {
  const channel = await session.channel();
  for (;;) {
    const message = await channel.call(`read queue ${dead}`, (c) => c.get(dead));
    if (!message) break;
    const { messageId } = message.properties;
    if (isOwn(own, message.properties)) items.set(messageId, `item ${messageId} ${describe(message)}`);
    else others.set(identity(message), `message of somebody else ${describe(message)}`);
  }
  channel.raw.nackAll(true);
  await channel.close();
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
