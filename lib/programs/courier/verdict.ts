import { ExitCode } from '../../contract/exit-codes';
import type { Session } from '../amqp/session';
import type { ExitStatus } from '../runtime/exit-status';
import { plural } from '../runtime/log';
import type { CourierContext } from './courier-context';
import { countDeadLetters } from './dead-letters';
import { terminated } from './exit-statuses';

/** All items are settled. A pod that sees it counts the dead letters and says how the Job ends. */
export async function reachVerdict(session: Session, context: CourierContext): Promise<ExitStatus> {
  const { settings, tally, shutdown } = context;
  const { itemCount, toleratedDeadLetters } = settings;
  const dead = await countDeadLetters(session, settings, toleratedDeadLetters, shutdown);
  if (shutdown.aborted) return terminated(tally.text);
  const all = `all ${plural(itemCount, 'item')} settled:`;
  const done = `${itemCount - dead.itemCount} done`;
  if (dead.count === 0) return { code: ExitCode.DONE, message: `${all} ${done}; this pod: ${tally.text}` };
  const letters = plural(dead.count, 'dead letter');
  const counted = dead.more ? `more than ${letters}` : `${done}, ${letters}`;
  const message = `${all} ${counted} (${toleratedDeadLetters} tolerated): ${dead.names}`;
  return { code: dead.count > toleratedDeadLetters ? ExitCode.TOO_MANY_DEAD_LETTERS : ExitCode.DONE, message };
}
