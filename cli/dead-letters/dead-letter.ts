import type { ConsumeMessage } from 'amqplib';
import { DeadLetterHeader } from '../../lib/contract/message-headers';
import { deathReason } from '../../lib/programs/ledger/describe-dead-letter';
import { generationOf } from '../../lib/programs/ledger/generation';
import { belongsToRun, type RunItems } from '../../lib/programs/ledger/run-items';
import { shortened } from '../../lib/programs/runtime/visible';

/** How much of an item a list shows. */
const MAX_TEXT = 60;

/** A message of `<queue>.dead`: an item that no pod will try again, and why. What is not known is missing. */
export interface DeadLetter {
  /** The number of the item. */
  readonly item: number;
  /** The number of the retry in which it died, or 0. */
  readonly generation: number;
  readonly reason: string;
  readonly exitCode?: number;
  readonly signal?: number;
  readonly attempts?: number;
  readonly pod?: string;
  /** How long the last attempt took. */
  readonly seconds?: number;
  /** The end of what the last attempt wrote to standard error. */
  readonly stderr?: string;
  readonly body: Buffer;
}

/** Undefined if the message is foreign. */
export function deadLetterOf(run: RunItems, { properties, content }: ConsumeMessage): DeadLetter | undefined {
  if (!belongsToRun(run, properties)) return undefined;
  const headers = properties.headers ?? {};
  const text = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  const number = (name: string) => (typeof headers[name] === 'number' ? headers[name] : undefined);
  return {
    item: Number(properties.messageId),
    generation: generationOf(headers),
    reason: deathReason(headers),
    exitCode: number(DeadLetterHeader.EXIT_CODE),
    signal: number(DeadLetterHeader.SIGNAL),
    attempts: number(DeadLetterHeader.ATTEMPTS),
    pod: text(DeadLetterHeader.POD),
    seconds: number(DeadLetterHeader.SECONDS),
    stderr: text(DeadLetterHeader.STDERR),
    body: content,
  };
}

/** The start of the item. */
export function textOf({ body }: DeadLetter): string {
  return shortened(body.subarray(0, 4 * MAX_TEXT + 4).toString(), MAX_TEXT);
}

/** The version of {@link DeadLetterJson}: it grows when a field changes its meaning or goes, not when one is added. */
const JSON_VERSION = 1;

/** What `--json` prints of a dead letter. */
export interface DeadLetterJson extends Omit<DeadLetter, 'body'> {
  readonly version: typeof JSON_VERSION;
  readonly run: string;
  /** The start of the item. */
  readonly text: string;
  /** The whole item, in base64. */
  readonly base64?: string;
}

export function deadLetterJson(run: string, letter: DeadLetter, isWhole: boolean): DeadLetterJson {
  const { body, item, ...rest } = letter;
  return {
    ...{ version: JSON_VERSION, run, item, text: textOf(letter), ...rest },
    ...(isWhole && { base64: body.toString('base64') }),
  };
}
