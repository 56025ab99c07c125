import { ContainerName } from '../../lib/contract/containers';
import { containerThatTakesItems } from '../../lib/contract/delivery';
import { EnvName } from '../../lib/contract/environment';
import { Label } from '../../lib/contract/labels';
import type { Session } from '../../lib/programs/amqp/session';
import { BrokerLink } from '../broker-access/broker-link';
import type { Cluster } from '../kubernetes/cluster';
import type { Pod } from '../kubernetes/objects';
import type { RunHistory } from '../report/run-history';
import { CommandError } from '../system/command-error';
import { type Observation, runState } from './assemble';
import { type ItemTexts, readItemTexts } from './item-texts';
import { type JobSummary, jobSummary } from './job-summary';
import { readHistory } from './read-history';
import { NO_BROKER } from './read-streams';
import { jobsOf, plainValue, podsLabel, RUN_JOBS, type RunJobs, runsOf } from './run-jobs';
import { type QueuesReading, RunQueues } from './run-queues';
import { isOver, type RunState } from './run-state';
import { failureOf } from './verdict';

/** Selects pods that have not ended. */
export const ACTIVE = 'status.phase!=Succeeded,status.phase!=Failed';

export interface ObserverOptions {
  readonly brokerUrl?: string;
  /** Items at work, failures and texts: what needs the events and the ConfigMaps. */
  readonly details: boolean;
  /** Which queues exist. */
  readonly queues: boolean;
}

/** Watches the runs of a namespace: each look at them continues where the last one has ended. */
export class Observer {
  private readonly links = new Map<string, BrokerLink>();
  private readonly runs = new Map<string, RunObserver>();

  constructor(
    private readonly cluster: Cluster,
    private readonly options: ObserverOptions,
  ) {}

  /** The runs of the namespace. */
  async list(): Promise<RunJobs[]> {
    return runsOf(await this.cluster.jobs(RUN_JOBS));
  }

  /** The states of runs, by what {@link list} has found. */
  async look(runs: readonly RunJobs[]): Promise<RunState[]> {
    const pods = await this.activePods(runs);
    return Promise.all(runs.map((run) => this.observerOf(run).look(run, pods.get(run.queue) ?? [])));
  }

  /** What happened in a run, by what {@link list} has found. */
  async history(run: RunJobs): Promise<RunHistory> {
    const [state] = await this.look([run]);
    return readHistory(run, { cluster: this.cluster, link: this.linkOf(run), state });
  }

  /** A session with the broker of a run. Rejects with a `CommandError`. */
  async session(run: RunJobs): Promise<Session> {
    const link = this.linkOf(run);
    if (!link) throw new CommandError(NO_BROKER);
    return link.session();
  }

  async close(): Promise<void> {
    await Promise.all([...this.links.values()].map((link) => link.close()));
  }

  private observerOf(run: RunJobs): RunObserver {
    const known = this.runs.get(run.queue);
    if (known) return known;
    const observer = new RunObserver(this.cluster, run, this.linkOf(run), this.options);
    this.runs.set(run.queue, observer);
    return observer;
  }

  /** One connection for all runs on a broker. */
  private linkOf({ broker }: RunJobs): BrokerLink | undefined {
    if (!broker) return undefined;
    const key = JSON.stringify(broker);
    const link = this.links.get(key) ?? new BrokerLink(this.cluster, broker, this.options.brokerUrl);
    this.links.set(key, link);
    return link;
  }

  private async activePods(runs: readonly RunJobs[]): Promise<Map<string, Pod[]>> {
    const found = new Map<string, Pod[]>();
    if (runs.length === 0) return found;
    const labels = runs.length === 1 ? podsLabel(runs[0]) : Label.QUEUE;
    for (const pod of await this.cluster.pods({ labels, fields: ACTIVE })) {
      const queue = queueOf(pod);
      if (queue !== undefined) found.set(queue, [...(found.get(queue) ?? []), pod]);
    }
    return found;
  }
}

function queueOf({ metadata, spec }: Pod): string | undefined {
  const names: readonly string[] = [containerThatTakesItems(metadata?.labels), ContainerName.SEEDER];
  const container = spec?.containers.find(({ name }) => names.includes(name));
  return container && plainValue(container, EnvName.QUEUE);
}

/** Watches one run. */
class RunObserver {
  private readonly queues: RunQueues;
  private texts: Promise<ItemTexts | undefined> | undefined;
  private failure: { readonly job: string; readonly words: string } | undefined;
  /** The state of a run that is over, and the Jobs that it is of. */
  private last: { readonly state: RunState; readonly jobs: string } | undefined;

  constructor(
    private readonly cluster: Cluster,
    run: RunJobs,
    link: BrokerLink | undefined,
    private readonly options: ObserverOptions,
  ) {
    this.queues = new RunQueues(run, link, options.details);
  }

  async look(jobs: RunJobs, pods: readonly Pod[]): Promise<RunState> {
    const version = versionOf(jobs);
    if (this.last?.jobs === version) return this.last.state;
    const failed = failedJob(jobs);
    const isEnded = failed !== undefined || (jobs.worker && jobSummary(jobs.worker).outcome) !== undefined;
    const reading = await this.queues.read(isEnded);
    const observation: Observation = {
      ...{ namespace: this.cluster.namespace, jobs, pods },
      reading,
      isSeeded: this.queues.isSeeded,
      ledger: this.queues.ledger,
      events: this.options.details ? this.queues.events : undefined,
      texts: this.options.details ? await this.itemTexts(jobs) : undefined,
      failure: failed && (await this.wordsOf(failed)),
      queues: this.options.queues ? await this.queues.existing() : undefined,
      now: new Date(),
    };
    const state = runState(observation);
    if (isOver(state) && isFinal(reading)) {
      this.last = { state, jobs: version };
      await this.queues.close();
    }
    return state;
  }

  /** Items are shown by their numbers alone if their texts cannot be read. */
  private itemTexts({ seeder }: RunJobs): Promise<ItemTexts | undefined> | undefined {
    this.texts ??= seeder && readItemTexts(this.cluster, seeder).catch(() => undefined);
    return this.texts;
  }

  private async wordsOf(job: JobSummary): Promise<string> {
    if (this.failure?.job !== job.name) {
      this.failure = { job: job.name, words: await failureOf(this.cluster, job) };
    }
    return this.failure.words;
  }
}

/** Whether the broker would not say anything else later. */
function isFinal(reading: QueuesReading): boolean {
  return reading.kind === 'ledger' ? reading.note === undefined : reading.kind !== 'none';
}

/** The Job that has failed, if the run has failed by it. */
function failedJob({ worker, seeder }: RunJobs): JobSummary | undefined {
  return [worker, seeder].map((job) => job && jobSummary(job)).find((job) => job?.outcome === 'Failed');
}

function versionOf(jobs: RunJobs): string {
  return jobsOf(jobs)
    .map(({ metadata }) => `${metadata?.uid} ${metadata?.resourceVersion}`)
    .join();
}
