import type { ConsumeMessage } from 'amqplib';
import { EventKind, RecordHeader, RecordKind } from '../../lib/contract/message-headers';
import { EVENT_STDERR_BYTES } from '../../lib/contract/queues';
import { generationOf } from '../../lib/programs/ledger/generation';
import { belongsToRun, type RunItems } from '../../lib/programs/ledger/run-items';
import { lastBytes } from '../../lib/programs/runtime/last-bytes';
import { oneLine } from '../../lib/programs/runtime/log';

type Message = Pick<ConsumeMessage, 'content' | 'properties'>;

/** The program has ended with 0 on an item. */
export interface DoneEntry {
  readonly kind: typeof RecordKind.DONE;
  readonly item: number;
  readonly attempt: number;
  readonly pod: string;
  readonly node: string;
  /** When the attempt began, in milliseconds since 1970. */
  readonly started: number;
  readonly seconds: number;
}

/** An item is a dead letter. */
export interface DeadEntry {
  readonly kind: typeof RecordKind.DEAD;
  readonly item: number;
  /** The item and the reason, in one line. */
  readonly description: string;
  readonly pod: string;
  readonly node: string;
  /** The number of the retry in which the item died, or 0. */
  readonly generation: number;
}

/** An item goes back into the queue: its dead letters of lower generations are void. */
export interface RetriedEntry {
  readonly item: number;
  /** The number of the retry. */
  readonly generation: number;
  /** In milliseconds since 1970. */
  readonly time: number;
}

/** What a pod tells of an item. */
export interface ItemEvent {
  readonly kind: typeof EventKind.STARTED | typeof EventKind.FAILED | typeof EventKind.REQUEUED;
  readonly item: number;
  /** When it was told, in milliseconds since 1970. */
  readonly time: number;
  readonly pod: string;
  readonly node: string;
  /** Of a requeued item, how many have failed. */
  readonly attempt: number;
  readonly reason?: string;
  readonly seconds?: number;
  readonly exitCode?: number;
  readonly signal?: number;
  /** The end of what a failed attempt has written to standard error, as it is. Couriers of older versions do not tell it. */
  readonly stderr?: string;
  /** Of a requeued item. */
  readonly interruptions?: number;
}

/** When the attempt of an event began, in milliseconds since 1970: an attempt that is over soon tells only that it has failed. */
export function startOf({ kind, time, seconds = 0 }: ItemEvent): number {
  return kind === EventKind.FAILED ? time - seconds * 1000 : time;
}

/** A record of an item in the ledger. Undefined for any other message: anyone who may write to the queue could have sent it. */
export function ledgerEntry(run: RunItems, { properties, content }: Message): DoneEntry | DeadEntry | undefined {
  const kind: unknown = properties.headers?.[RecordHeader.KIND];
  if (!belongsToRun(run, properties)) return undefined;
  const item = Number(properties.messageId);
  const body = bodyOf(content);
  const where = { pod: text(body.pod), node: text(body.node) };
  if (kind === RecordKind.DEAD) {
    const generation = generationOf(properties.headers);
    return { kind, item, description: text(body.description), ...where, generation };
  }
  if (kind !== RecordKind.DONE) return undefined;
  return {
    kind,
    item,
    attempt: number(body.attempt, 1),
    started: time(body.started),
    seconds: number(body.seconds, 0),
    ...where,
  };
}

/** A record that an item was retried. Undefined for any other message. */
export function retriedEntry(run: RunItems, { properties, content }: Message): RetriedEntry | undefined {
  if (properties.headers?.[RecordHeader.KIND] !== RecordKind.RETRIED || !belongsToRun(run, properties))
    return undefined;
  const { headers, messageId } = properties;
  return { item: Number(messageId), generation: generationOf(headers), time: time(bodyOf(content).time) };
}

/** An event of an item. Undefined for any other message. */
export function itemEvent(run: RunItems, { properties, content }: Message): ItemEvent | undefined {
  const kind: unknown = properties.headers?.[RecordHeader.KIND];
  if (kind !== EventKind.STARTED && kind !== EventKind.FAILED && kind !== EventKind.REQUEUED) return undefined;
  if (!belongsToRun(run, properties)) return undefined;
  const body = bodyOf(content);
  return {
    kind,
    item: Number(properties.messageId),
    time: time(body.time),
    pod: text(body.pod),
    node: text(body.node),
    attempt: number(body.attempt ?? body.attempts, 1),
    ...(body.reason !== undefined && { reason: text(body.reason) }),
    ...(body.seconds !== undefined && { seconds: number(body.seconds, 0) }),
    ...(body.exitCode !== undefined && { exitCode: number(body.exitCode, 0) }),
    ...(body.signal !== undefined && { signal: number(body.signal, 0) }),
    ...(typeof body.stderr === 'string' &&
      body.stderr !== '' && { stderr: lastBytes(body.stderr, EVENT_STDERR_BYTES) }),
    ...(body.interruptions !== undefined && { interruptions: number(body.interruptions, 0) }),
  };
}

function bodyOf(content: Buffer): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(content.toString());
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What the programs write is plain, and there may be a million records. */
const PLAIN = /^[ -~]{0,200}$/;

function text(value: unknown): string {
  if (typeof value !== 'string') return '';
  return PLAIN.test(value) ? value : oneLine(value);
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise;
}

function time(value: unknown): number {
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? 0 : parsed;
}
