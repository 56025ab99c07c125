import { Label } from '../../lib/contract/labels';
import { NotFoundError } from '../kubernetes/api-error';
import type { Cluster, ObjectId } from '../kubernetes/cluster';
import type { Job } from '../kubernetes/objects';
import { jobSummary } from '../run-state/job-summary';
import type { RunJobs } from '../run-state/run-jobs';
import { ownConfigMaps, usedConfigMaps } from './config-maps';
import { possibleQueues, type RunCheck } from './run-check';

/** What is deleted of a run, in the order of the fields. */
export interface RunPlan {
  readonly check: RunCheck;
  /** Jobs that have pods or may get some: they are suspended first. */
  readonly activeJobs: readonly ObjectId[];
  readonly queues: readonly string[];
  readonly configMaps: readonly ObjectId[];
  /** A run is found by its Jobs, and so are its ConfigMaps. The seeder's is the last. */
  readonly jobs: readonly ObjectId[];
  /** Queues that cannot be deleted, because the broker cannot be asked. */
  readonly remainingQueues: readonly string[];
}

/** What is deleted of runs. ConfigMaps that other Jobs of the namespace use are left alone. */
export async function planRuns(cluster: Cluster, checks: readonly RunCheck[]): Promise<RunPlan[]> {
  const deleted = new Set(checks.flatMap(({ run }) => inOrder(run)).map(({ metadata }) => metadata?.uid));
  const others = (await cluster.jobs()).filter(({ metadata }) => !deleted.has(metadata?.uid));
  const taken = new Set(others.flatMap(usedConfigMaps));
  const plans: RunPlan[] = [];
  // From the last one: what several of them use is deleted with the last of them.
  for (const check of [...checks].reverse()) {
    const jobs = inOrder(check.run);
    const names = [...new Set(jobs.flatMap(ownConfigMaps))].filter((name) => !taken.has(name));
    for (const name of names) taken.add(name);
    plans.unshift({
      check,
      activeJobs: jobs.filter((job) => jobSummary(job).outcome === undefined).map(idOf),
      queues: check.queues ?? [],
      configMaps: await existing(cluster, names),
      jobs: jobs.map(idOf),
      remainingQueues: check.queues === undefined ? possibleQueues(check) : [],
    });
  }
  return plans;
}

/** What tells a plan from another one. */
export function planKey(plans: readonly RunPlan[]): string {
  return JSON.stringify(plans.map(({ check: _, ...plan }) => plan));
}

function inOrder({ seeder, worker, formerWorkers }: RunJobs): Job[] {
  return [...formerWorkers, worker, seeder].filter((job) => job !== undefined);
}

function idOf({ metadata }: Job): ObjectId {
  return { kind: 'Job', name: metadata?.name ?? '', uid: metadata?.uid };
}

/** Those that exist and that this package has created: a pod template may have been changed to another ConfigMap. */
async function existing(cluster: Cluster, names: readonly string[]): Promise<ObjectId[]> {
  const found: ObjectId[] = [];
  for (const name of names) {
    try {
      const { metadata } = await cluster.configMap(name);
      if (Label.CHART in (metadata?.labels ?? {})) found.push({ kind: 'ConfigMap', name, uid: metadata?.uid });
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  return found;
}
