import { relatedQueues } from '../../contract/queues';
import { publishOne } from '../amqp/publish';
import type { Session } from '../amqp/session';
import { FinalError } from '../runtime/exit-status';
import type { Settlement } from './records';

/** The message in `<queue>.settled`: each item has a record, and so the run is over. */
export interface SettledMark {
  readonly items: number;
  readonly done: number;
  readonly dead: number;
  /** The first few dead items, in words. */
  readonly sample: readonly string[];
  /** The pod that left the mark, and when. */
  readonly pod: string;
  readonly time: string;
}

export function settledMark(items: number, { dead, sample }: Settlement, pod: string): SettledMark {
  return { items, done: items - dead, dead, sample, pod, time: new Date().toISOString() };
}

/** Whether there is a mark. It may be there and not be seen, while the queue's leader is away or a pod reads the mark. */
export async function isMarked(session: Session, queue: string): Promise<boolean> {
  return (await session.queueStatus(relatedQueues(queue).settled)).ready > 0;
}

/** Reads the mark, if there is one. Only for the pod that has the lock: it hides the mark from others for a moment. */
export async function readMark(session: Session, queue: string): Promise<SettledMark | undefined> {
  const { settled } = relatedQueues(queue);
  const channel = await session.channel();
  const message = await channel.call(`read queue ${settled}`, (c) => c.get(settled));
  if (message) channel.raw.nack(message, false, true);
  await channel.close();
  return message ? parseMark(settled, message.content) : undefined;
}

/**
 * Leaves the mark, over the connection that has the lock: a mark that arrives after the lock was lost could say something else
 * than the one that another pod has left meanwhile.
 */
export async function leaveMark(session: Session, queue: string, mark: SettledMark): Promise<void> {
  await publishOne(session, relatedQueues(queue).settled, { body: Buffer.from(JSON.stringify(mark)) });
}

/** Removes the mark, because items go back into the queue. Only with the lock. */
export async function removeMark(session: Session, queue: string): Promise<void> {
  const { settled } = relatedQueues(queue);
  const channel = await session.channel();
  await channel.call(`purge queue ${settled}`, (c) => c.purgeQueue(settled));
  await channel.close();
}

function parseMark(settled: string, content: Buffer): SettledMark {
  try {
    const mark: SettledMark = JSON.parse(content.toString());
    if ([mark.items, mark.done, mark.dead].every(Number.isSafeInteger) && Array.isArray(mark.sample)) return mark;
  } catch {
    // The same as any other message that is no mark.
  }
  throw new FinalError(
    `queue ${settled} contains a message that is not from this package. Remove the message, or give the QueueSeeder another ` +
      'runId and apply',
  );
}
