import { DeliveryName } from '../../lib/contract/delivery';
import { visible } from '../../lib/programs/runtime/visible';
import { CommandError } from '../system/command-error';
import type { RunJobs } from './run-jobs';

export const NO_RECORDS = 'The pods of this run record nothing, because amqp-consume delivers the items';

/**
 * Throws a `CommandError` if the pods of the run record nothing: then the ledger does not say which items are done.
 *
 * @param hint what to do instead, as a sentence
 */
export function requireRecords({ run, delivery }: RunJobs, hint: string): void {
  if (delivery !== DeliveryName.AMQP_CONSUME) return;
  throw new CommandError(
    `The pods of run ${visible(run)} record nothing, because amqp-consume delivers the items (Delivery.amqpConsume), so it is not ` +
      `known which items are done. ${hint}`,
  );
}

/** Throws a `CommandError` if the pods of the run tell no events, because they have no courier. */
export function requireEvents({ run, delivery }: RunJobs, hint: string): void {
  if (delivery === undefined) return;
  throw new CommandError(
    `The pods of run ${visible(run)} have no courier (delivery), so it is not known which pod had which item. ${hint}`,
  );
}
