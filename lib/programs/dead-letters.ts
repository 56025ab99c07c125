import { createHash } from 'node:crypto';
import type { GetMessage } from 'amqplib';
import { companions, DeadLetterHeader, ItemHeader } from '../contract';
import type { HeldItem } from './held-item';
import type { Failure } from './item-run';
import { takeLock } from './lock';
import { quoted } from './log';
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
  if (item.run !== undefined) headers[ItemHeader.RUN] = item.run;
  if (failure.exitCode !== undefined) headers[DeadLetterHeader.EXIT_CODE] = failure.exitCode;
  if (failure.signal !== undefined) headers[DeadLetterHeader.SIGNAL] = failure.signal;
  if (failure.stderr) headers[DeadLetterHeader.STDERR] = failure.stderr;
  const { messageId } = item.message.properties;
  const channel = await session.confirmChannel();
  await publishConfirmed(session, channel, companions(queue).dead, [{ body: item.body, messageId, headers }]);
  await channel.close();
}

export interface DeadLetters {
  /** Different items: one may be dead-lettered twice, by a courier that died between the confirm and its ack. */
  readonly count: number;
  /** The first few, for a person. */
  readonly samples: readonly string[];
}

const SAMPLES = 3;

/**
 * Counts the dead letters. Twice, a second apart: the broker's own dead-lettering, of an item over the queue's delivery
 * limit, takes a moment. Under a lock: a message that another reader holds is hidden from us.
 */
export async function countDeadLetters(session: Session, queue: string, leave: AbortSignal): Promise<DeadLetters> {
  const lock = await takeLock(session, companions(queue).verdictLock, leave);
  const found = new Map<string, string>();
  await readAll(session, companions(queue).dead, found);
  await sleep(1000, leave);
  await readAll(session, companions(queue).dead, found);
  await lock.release();
  return { count: found.size, samples: [...found.values()].slice(0, SAMPLES) };
}

async function readAll(session: Session, dead: string, found: Map<string, string>): Promise<void> {
  const channel = await session.channel();
  for (;;) {
    const message = await channel.call(`read queue ${dead}`, (c) => c.get(dead));
    if (!message) break;
    found.set(identity(message), describe(message));
  }
  channel.raw.nackAll(true);
  await channel.close();
}

function identity({ properties, content }: GetMessage): string {
  return properties.messageId ?? createHash('sha256').update(content).digest('hex');
}

function describe({ properties, content }: GetMessage): string {
  const headers = properties.headers ?? {};
  const reason = headers[DeadLetterHeader.REASON] ?? headers['x-first-death-reason'] ?? 'no reason given';
  const lastLine = String(headers[DeadLetterHeader.STDERR] ?? '')
    .split('\n')
    .pop();
  return `item ${properties.messageId ?? '?'} ${quoted(content)} (${reason}${lastLine ? `: ${quoted(lastLine)}` : ''})`;
}
