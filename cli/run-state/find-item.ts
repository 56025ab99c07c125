import { plural, quoted } from '../../lib/programs/runtime/log';
import type { Cluster } from '../kubernetes/cluster';
import { CommandError } from '../system/command-error';
import { readItemTexts } from './item-texts';
import type { RunJobs } from './run-jobs';

/** The number of an item that was given by its number or as it is. A whole number is the item's number, also if items are numbers. */
export async function findItem(cluster: Cluster, run: RunJobs, given: string): Promise<number> {
  const { itemCount, seeder } = run;
  const last = itemCount - 1;
  if (/^\d+$/.test(given)) {
    const number = Number(given);
    if (number <= last) return number;
    throw new CommandError(
      `The run has no item ${given}: its ${plural(itemCount, 'item')} have the numbers from 0 to ${last}`,
    );
  }
  if (!seeder) {
    throw new CommandError(
      `The run's seeder Job was deleted, so its items are not known. Give the item's number, from 0 to ${last}`,
    );
  }
  const number = (await readItemTexts(cluster, seeder)).find(Buffer.from(given));
  if (number !== undefined) return number;
  throw new CommandError(
    `No item of the run is ${quoted(given)}. Give the whole item, or its number, from 0 to ${last}`,
  );
}
