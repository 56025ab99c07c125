import type { Session } from '../../lib/programs/amqp/session';
import { requireStreams } from '../run-state/read-streams';

/** Throws a `CommandError` on a broker on which dead letters cannot be retried or dropped. */
export function requireChangeable(session: Session): void {
  requireStreams(
    session,
    'its dead letters cannot be retried or dropped without a risk for the verdict. ' +
      'To run the whole list again, give the QueueSeeder another runId and apply',
  );
}
