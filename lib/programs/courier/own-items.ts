import type { MessageProperties } from 'amqplib';
import { ItemHeader } from '../../contract/message-headers';

/** The items of a run: what its seeder puts into the queue. */
export interface OwnItems {
  readonly queue: string;
  /** What the header of each says. */
  readonly run: string;
  readonly itemCount: number;
}

/**
 * Whether a message is one of them. Whoever may write to the queue can put others into it: they are worked on, for nobody
 * knows what they are for, but they must not make up for an item that is not done. A forged copy, with run and number, is not
 * told apart.
 */
export function isOwn({ run, itemCount }: OwnItems, { messageId, headers }: MessageProperties): boolean {
  return headers?.[ItemHeader.RUN] === run && isWholeNumber(messageId) && Number(messageId) < itemCount;
}

export function isWholeNumber(messageId: unknown): messageId is string {
  return typeof messageId === 'string' && /^(0|[1-9]\d{0,14})$/.test(messageId);
}
