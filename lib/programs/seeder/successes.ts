import { ContainerName } from '../../contract/containers';
import { Label } from '../../contract/labels';
import type { ApiCall } from '../kubernetes/api-server';
import { FinalError } from '../runtime/exit-status';
import { plural } from '../runtime/log';

/** A worker Job whose pods have succeeded. */
export interface Successes {
  readonly job: string;
  readonly pods: number;
}

/** What the API server says of a Job. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/ */
interface Job {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly name: string }[] } };
  };
  readonly status?: {
    readonly succeeded?: number;
    /** Pods that have ended and are not yet part of the numbers. */
    readonly uncountedTerminatedPods?: { readonly succeeded?: readonly string[] };
  };
}

/**
 * Asks which worker Jobs of a queue have pods that have succeeded. It finds Jobs by the label of the queue, so that a Job of an
 * earlier manifest, with another program, is among them.
 */
export function successesOf(queue: string): ApiCall<Successes[]> {
  return {
    subject: `worker Jobs of queue ${queue}`,
    method: 'GET',
    group: '/apis/batch/v1',
    resource: `jobs?labelSelector=${encodeURIComponent(`${Label.QUEUE}=${queue}`)}`,
    read: (status, body) => {
      const { items } = (body ?? {}) as { items?: readonly Job[] };
      if (status !== 200 || !Array.isArray(items)) return undefined;
      return items
        .filter((job) => !isSeederJob(job))
        .map(successes)
        .filter(({ pods }) => pods > 0);
    },
  };
}

/**
 * Seeders have the label of the queue too, and their success says nothing of items. All other Jobs count, with couriers or with
 * consumers of the user's own. Not by the label of the component, which a chart may set to its own value.
 */
function isSeederJob({ spec }: Job): boolean {
  return spec.template.spec.containers.some(({ name }) => name === ContainerName.SEEDER);
}

function successes({ metadata, status }: Job): Successes {
  const { succeeded = 0, uncountedTerminatedPods } = status ?? {};
  return { job: metadata.name, pods: succeeded + (uncountedTerminatedPods?.succeeded?.length ?? 0) };
}

/** Throws a {@link FinalError} if any pod has succeeded: in a queue that is filled now it would count for an item that it has not had. */
export function requireNoSuccess(queue: string, found: readonly Successes[]): void {
  if (found.length === 0) return;
  const pods = found.map(({ job, pods }) => `${plural(pods, 'pod')} of Job ${job}`).join(' and ');
  const verb = found.length === 1 && found[0].pods === 1 ? 'has' : 'have';
  const jobs = found.map(({ job }) => `Job ${job}`).join(', ');
  throw new FinalError(
    `queue ${queue} has no mark, but ${pods} ${verb} succeeded: the queue with their items is gone (was the broker's volume ` +
      'lost?), and in a queue that is filled again they would count for items that they have not done. No pod gets an item. ' +
      `To run the whole list again, give the QueueSeeder another runId and apply, or delete ${jobs} and the seeder's Job, and apply`,
  );
}
