import type { IWorkQueue } from '../../queue/work-queue';
import { synthError } from '../../validation/synth-error';

/** For each queue, the class and path of the Job that works on it, whatever chart the Job is in. */
const workers = new WeakMap<IWorkQueue, string>();

/**
 * Registers the Job of a queue, which must be the only one of this package. Consumers of the user's own do not count:
 * only the user knows how they share the items.
 *
 * @param context the class and path of the Job
 */
export function registerOnlyWorker(context: string, queue: IWorkQueue): void {
  const other = workers.get(queue);
  if (other !== undefined) {
    throw synthError(
      context,
      `its queue '${queue.node.path}' already has the ${other}; the two Jobs would split the items between them, so ` +
        'each program would run on only some of the items',
      'To run both programs on all items, create a QueueSeeder for each Job. For more pods, increase parallelism or ' +
        'workers of one Job.',
    );
  }
  workers.set(queue, context);
}
