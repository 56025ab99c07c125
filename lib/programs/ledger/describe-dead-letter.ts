import { DeadLetterHeader } from '../../contract/message-headers';
import { quoted, quotedEnd } from '../runtime/log';

/** Why RabbitMQ itself has moved an item from the work queue to the dead letters. https://www.rabbitmq.com/docs/dlx */
const BROKER_REASONS: Readonly<Record<string, string>> = {
  expired: 'expired: a message-ttl policy on the broker removed it',
  maxlen: 'maxlen: a max-length policy on the broker removed it',
};

/** Why an item is a dead letter: the words of a courier, or those of the broker. */
export function deathReason(headers: Readonly<Record<string, unknown>>): string {
  const ofBroker = String(headers['x-first-death-reason'] ?? 'no reason given');
  return String(headers[DeadLetterHeader.REASON] ?? BROKER_REASONS[ofBroker] ?? ofBroker);
}

/** The reasons that couriers and RabbitMQ write are short and plain. */
const PLAIN = /^[ -~]{1,200}$/;

/** The item and the reason, in one line, whatever they contain. */
export function describeDeadLetter(body: Buffer, headers: Readonly<Record<string, unknown>>): string {
  const given = deathReason(headers);
  const reason = PLAIN.test(given) ? given : quoted(given);
  const lastLine = String(headers[DeadLetterHeader.STDERR] ?? '')
    .split('\n')
    .pop();
  return `${quoted(body)} (${reason}${lastLine ? `: ${quotedEnd(lastLine)}` : ''})`;
}
