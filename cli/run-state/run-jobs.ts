import { ContainerName } from '../../lib/contract/containers';
import { type DeliveryName, deliveryOf } from '../../lib/contract/delivery';
import { EnvName, ProgramEnvName } from '../../lib/contract/environment';
import { Label } from '../../lib/contract/labels';
import { type BrokerFacts, brokerFacts } from '../broker-access/broker-facts';
import type { Container, Job } from '../kubernetes/objects';
import { containerOf, settingsContainerOf, variableOf } from '../kubernetes/pod-template';

/** Selects the Jobs of all runs. */
export const RUN_JOBS = Label.QUEUE;

/** What the Jobs of a run say about it. */
export interface RunJobs {
  /** The name of the run: its `runId`, or the name of the queue. */
  readonly run: string;
  readonly queue: string;
  /** The value of the chart's label. */
  readonly chart: string | undefined;
  readonly itemCount: number;
  readonly broker: BrokerFacts | undefined;
  readonly seeder: Job | undefined;
  /** The latest one. A changed program is another Job on the same queue. */
  readonly worker: Job | undefined;
  /** How its program gets the items, if there is no courier. */
  readonly delivery?: DeliveryName;
  readonly formerWorkers: readonly Job[];
}

/** The runs that Jobs belong to, the oldest first. Jobs that are not of this package are left out. */
export function runsOf(jobs: readonly Job[]): RunJobs[] {
  const byQueue = new Map<string, Part[]>();
  for (const part of jobs.flatMap(partOf)) byQueue.set(part.queue, [...(byQueue.get(part.queue) ?? []), part]);
  return [...byQueue.values()].map(joined).sort((a, b) => ageOf(a) - ageOf(b));
}

/** All Jobs of a run, the oldest first. */
export function jobsOf({ seeder, worker, formerWorkers }: RunJobs): Job[] {
  return [seeder, ...formerWorkers, worker].filter((job) => job !== undefined).sort((a, b) => created(a) - created(b));
}

/** The number of the retry that a Job was created for, or 0. */
export function retryNumberOf({ metadata }: Job): number {
  const value = metadata?.labels?.[Label.RETRY];
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) : 0;
}

/** The latest worker Job that was not created by a retry: the Job of a retry has only as many pods as its items need. */
export function appliedWorker({ worker, formerWorkers }: RunJobs): Job | undefined {
  const applied = [worker, ...formerWorkers].find((job) => job && retryNumberOf(job) === 0);
  return applied ?? worker;
}

/** The selector of a run's pods. The value of a label may be shorter than the name of the queue. */
export function podsLabel({ worker, seeder }: RunJobs): string {
  const value = (worker ?? seeder)?.metadata?.labels?.[Label.QUEUE];
  return value === undefined ? Label.QUEUE : `${Label.QUEUE}=${value}`;
}

/** One Job of a run. */
interface Part {
  readonly job: Job;
  readonly role: 'seeder' | 'worker';
  readonly queue: string;
  readonly run: string;
  readonly itemCount: number;
}

function partOf(job: Job): Part[] {
  const seeder = containerOf(job, ContainerName.SEEDER);
  const container = seeder ?? settingsContainerOf(job);
  const queue = container && plainValue(container, EnvName.QUEUE);
  if (!queue) return [];
  const run = plainValue(container, deliveryOf(job.metadata?.labels) ? ProgramEnvName.RUN : EnvName.RUN) || queue;
  const itemCount = Number(plainValue(container, EnvName.ITEM_COUNT));
  return Number.isSafeInteger(itemCount) ? [{ job, role: seeder ? 'seeder' : 'worker', queue, run, itemCount }] : [];
}

function joined(parts: readonly Part[]): RunJobs {
  const newestFirst = [...parts].sort((a, b) => created(b.job) - created(a.job));
  const [seeder] = newestFirst.filter(({ role }) => role === 'seeder');
  const [worker, ...former] = newestFirst.filter(({ role }) => role === 'worker');
  const [{ run, queue, itemCount }] = newestFirst;
  return {
    ...{ run, queue, itemCount },
    chart: newestFirst[0].job.metadata?.labels?.[Label.CHART],
    broker:
      (worker && brokerFacts(worker.job, settingsContainerOf(worker.job)?.name ?? '')) ??
      (seeder && brokerFacts(seeder.job, ContainerName.SEEDER)),
    seeder: seeder?.job,
    worker: worker?.job,
    ...(worker && { delivery: deliveryOf(worker.job.metadata?.labels) }),
    formerWorkers: former.map(({ job }) => job),
  };
}

/** The value of a variable that has one in the pod template. */
export function plainValue(container: Container, name: string): string | undefined {
  return variableOf(container, name)?.value;
}

function ageOf(run: RunJobs): number {
  return created(jobsOf(run)[0]);
}

function created({ metadata }: Job): number {
  return metadata?.creationTimestamp ? new Date(metadata.creationTimestamp).getTime() : 0;
}
