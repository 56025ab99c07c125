import { DeadLetterHeader } from '../../lib/contract/message-headers';
import { relatedQueues } from '../../lib/contract/queues';
import { plural, quoted } from '../../lib/programs/runtime/log';
import { sleep } from '../../lib/programs/runtime/time';
import { visible } from '../../lib/programs/runtime/visible';
import { type Login, login, type QueuedMessage } from '../local-broker/amqp';

const LOOK_MS = 500;
const LOGIN_MS = 20_000;

/** How many lines of standard error are shown. */
const LINES = 10;

/**
 * Resolves with the first item that becomes a dead letter, in words, or with nothing when the signal aborts. With one
 * attempt for each item, that is the first attempt that fails.
 */
export async function firstFailure(url: string, queues: string[], signal: AbortSignal): Promise<string | undefined> {
  let broker: Login | undefined;
  while (!signal.aborted) {
    try {
      broker ??= await login(url, LOGIN_MS);
      for (const queue of queues) {
        const letter = await broker.peek(relatedQueues(queue).dead);
        if (letter) return failureText(letter);
      }
    } catch {
      await broker?.close();
      broker = undefined;
    }
    await sleep(LOOK_MS, signal);
  }
  await broker?.close();
  return undefined;
}

function failureText({ messageId, content, headers }: QueuedMessage): string {
  const reason = String(headers[DeadLetterHeader.REASON] ?? 'no reason given');
  const stderr = String(headers[DeadLetterHeader.STDERR] ?? '').split('\n');
  const shown = stderr.slice(-LINES).filter((line) => line !== '');
  const end =
    shown.length === 0
      ? ''
      : `. The last ${plural(shown.length, 'line')} of its standard error:\n  ${shown.join('\n  ')}`;
  return visible(`item ${messageId} ${quoted(content)} failed: ${reason}${end}`, { lines: true });
}
