import { ContainerName } from '../../lib/contract/containers';
import { type AnySynthesizedRun, type Json, SynthesizedRun } from '../../tools/synthesized-run';

/** When the Jobs of {@link appliedJobs} were created. */
export const CREATED = '2026-11-28T10:00:00.000Z';

/** The Jobs of a run as the cluster returns them, the seeder's first. */
export function appliedJobs(run: AnySynthesizedRun = new SynthesizedRun()): { seeder: Json; worker: Json } {
  return { seeder: applied(run.seederJob()), worker: applied(run.workerJob()) };
}

let uids = 0;

/** An object with what the API server adds to it. */
function applied(object: Json): Json {
  const metadata = { ...object.metadata, uid: `uid-${uids++}`, resourceVersion: '1', creationTimestamp: CREATED };
  return { ...structuredClone(object), metadata, status: {} };
}

/** A Job that has ended. */
export function ended(
  job: Json,
  type: 'Complete' | 'Failed',
  details: { reason?: string; message?: string } = {},
): Json {
  const condition = { type, status: 'True', lastTransitionTime: '2026-11-28T10:05:00.000Z', ...details };
  return { ...job, status: { conditions: [condition] } };
}

export interface PodFacts {
  readonly name?: string;
  readonly phase?: string;
  readonly created?: string;
  readonly status?: Json;
  readonly deletionTimestamp?: string;
}

/** A pod of a Job. */
export function podOf(job: Json, facts: PodFacts = {}): Json {
  const {
    name = `${job.metadata.name}-0-abcde`,
    phase = 'Running',
    created = CREATED,
    status,
    deletionTimestamp,
  } = facts;
  const labels = { ...job.spec.template.metadata.labels, 'batch.kubernetes.io/job-name': job.metadata.name };
  return {
    kind: 'Pod',
    metadata: { name, labels, creationTimestamp: created, ...(deletionTimestamp && { deletionTimestamp }) },
    spec: structuredClone(job.spec.template.spec),
    status: { phase, ...status },
  };
}

/** What a courier of a pod has left when it ended. */
export function courierEnded(exitCode: number, message: string): Json {
  const terminated = { exitCode, message, finishedAt: '2026-11-28T10:04:00.000Z' };
  return { containerStatuses: [{ name: ContainerName.COURIER, state: { terminated } }] };
}
