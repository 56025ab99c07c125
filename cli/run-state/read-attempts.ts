import type { BrokerLink } from '../broker-access/broker-link';
import { CommandError } from '../system/command-error';
import { ItemAttempts } from './item-attempts';
import { explainStreamError, readEvents, readRecords } from './read-streams';
import type { RunJobs } from './run-jobs';

/** All that ledger and events tell of an item. */
export async function readAttempts(link: BrokerLink, run: RunJobs, item: number): Promise<ItemAttempts> {
  const session = await link.session();
  if (!session.hasStreams) {
    throw new CommandError(
      'This broker has no streams, so it is not known which pod has worked on an item. The logs of all couriers say it: ' +
        `kubectl logs -l cdk8s-work-queue/queue=${run.queue},app.kubernetes.io/component=worker -c courier --prefix --tail=-1`,
    );
  }
  const attempts = new ItemAttempts(item);
  // In this order: a record ends the attempt that an event has begun.
  await readEvents(session, run, (event) => attempts.addEvent(event)).catch(explainStreamError);
  await readRecords(session, run, (entry) => attempts.addRecord(entry)).catch(explainStreamError);
  return attempts;
}
