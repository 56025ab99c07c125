import { ExitCode } from '../../contract/exit-codes';
import { relatedQueues } from '../../contract/queues';
import type { Session } from '../amqp/session';
import type { ExitStatus } from '../runtime/exit-status';
import { plural } from '../runtime/log';
import { GaveUp } from '../runtime/retry';
import type { CourierContext } from './courier-context';
import { countDeadLetters, type DeadLetters } from './dead-letters';
import { terminated } from './exit-statuses';

/** All items are settled. A pod that sees it counts the dead letters and says how the Job ends. */
export async function reachVerdict(session: Session, context: CourierContext): Promise<ExitStatus> {
  const { settings, tally, deadline, shutdown } = context;
  const { itemCount, toleratedDeadLetters: tolerated } = settings;
  const dead = await countDeadLetters(session, { run: settings, tolerated, deadline, shutdown });
  if (shutdown.aborted) return terminated(tally.text);
  const all = `all ${plural(itemCount, 'item')} settled`;
  if (dead instanceof GaveUp) {
    const message = `${all}, but the dead letters cannot be counted: gave up after ${deadline.limit}: ${dead.obstacle}`;
    return { code: ExitCode.TRY_AGAIN, message };
  }
  const missing = missingLetters(dead, context);
  if (missing.length > 0) return lettersMissing(dead, missing, context);
  const done = `${itemCount - dead.itemCount} done`;
  if (dead.count === 0) return { code: ExitCode.DONE, message: `${all}: ${done}; this pod: ${tally.text}` };
  const letters = plural(dead.count, 'dead letter');
  const counted = dead.more ? `more than ${letters}` : `${done}, ${letters}`;
  const message = `${all}: ${counted} (${tolerated} tolerated): ${dead.names}`;
  return { code: dead.count > tolerated ? ExitCode.TOO_MANY_DEAD_LETTERS : ExitCode.DONE, message };
}

/** The names of the messages whose dead letters this pod wrote and has not found. */
function missingLetters(dead: DeadLetters, { tally }: CourierContext): string[] {
  if (dead.more) return [];
  return [...tally.writtenDeadLetters].filter(([key]) => !dead.has(key)).map(([, name]) => name);
}

/**
 * Never a success, even if so many dead letters are tolerated: what has taken some of this pod's may have taken others of
 * other pods.
 */
function lettersMissing(dead: DeadLetters, missing: readonly string[], { settings }: CourierContext): ExitStatus {
  const { queue, itemCount, toleratedDeadLetters } = settings;
  const count = dead.count + missing.length;
  const letters = `all ${plural(itemCount, 'item')} settled: at least ${plural(count, 'dead letter')} (${toleratedDeadLetters} tolerated)`;
  const names = missing.length > 1 ? `${missing[0]} and ${missing.length - 1} more` : missing[0];
  const message = `${letters}, but queue ${relatedQueues(queue).dead} does not have what this pod wrote (${names}): another client or a policy (message-ttl, max-length) has taken it`;
  return { code: count > toleratedDeadLetters ? ExitCode.TOO_MANY_DEAD_LETTERS : ExitCode.TRY_AGAIN, message };
}
