import { ItemHeader } from '../../contract/message-headers';

/** The items of a run: what its seeder puts into the queue. */
export interface RunItems {
  readonly queue: string;
  /** What the header of each says. */
  readonly run: string;
  readonly itemCount: number;
}

/** What tells an item of the run from a foreign message. */
export interface ItemProperties {
  readonly messageId?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/**
 * Whether a message is an item of the run. Any user who may write to the queue can put foreign messages into it. They are
 * worked on, because nobody knows what they are for, but they must not make up for an item that is not done. A forged copy, with
 * run and number, is not told apart.
 */
export function belongsToRun({ run, itemCount }: RunItems, { messageId, headers }: ItemProperties): boolean {
  return headers?.[ItemHeader.RUN] === run && isItemNumber(messageId) && Number(messageId) < itemCount;
}

export function isItemNumber(messageId: unknown): messageId is string {
  return typeof messageId === 'string' && /^(0|[1-9]\d{0,14})$/.test(messageId);
}
