import { Duration } from 'cdk8s';
import { CAN_MAKE_FAULTS } from '../../tools/cluster/control';
import { EndedJob, Namespace } from '../../tools/cluster/namespace';
import { report } from '../../tools/cluster/report';
import { type AnySynthesizedRun, type Json, SynthesizedPoolRun } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import { faultsOf } from './blame';
import { ForeignClient } from './foreign-client';
import { BOUND, itemsOf } from './jobs';
import { JournalFile } from './journal-file';
import { Losses } from './losses';
import type { Facts } from './oracle';
import { Reports } from './reports';
import type { JobPlan } from './schedule';
import { Watch } from './watch';

/** The API server may be paused for a minute, and nodes for less, when a Job reaches its deadline. */
const LATE_SECONDS = 180;

/** The phases of pods that no Job waits for. */
const ENDED = ['Succeeded', 'Failed'];

/** Where Jobs meet faults: a namespace with a journal, and what is asked of it. */
export class Stage {
  readonly namespace = new Namespace();
  readonly journal = new JournalFile(this.namespace);
  readonly client = new ForeignClient(this.namespace);
  readonly losses = new Losses();
  private readonly jobs = new Watch(this.namespace.name, 'jobs');
  private readonly reports: Reports | undefined;

  /** @param reports the folder for the reports of the runs; none are written if not given */
  constructor(
    private readonly leave: AbortSignal,
    reports: string | undefined,
  ) {
    if (!CAN_MAKE_FAULTS) throw new Error('E2E_CLUSTER is not set: the program of the cluster that makes its faults.');
    this.reports = reports === undefined ? undefined : new Reports(reports, this.namespace);
  }

  /** The pods in it, from now on. */
  pods(): Watch {
    return new Watch(this.namespace.name, 'pods');
  }

  async create(): Promise<void> {
    await this.namespace.create();
    await this.journal.create();
  }

  async remove(): Promise<void> {
    this.close();
    await this.namespace.remove();
  }

  /** What a person needs to see why a promise was not kept; the namespace stays as it is. */
  async explain(): Promise<string> {
    this.close();
    return report(this.namespace.name).catch((trouble) => `no report: ${trouble}`);
  }

  /** The pods that a Job waits for, asked anew: the watch might be what has stopped. */
  private async unfinished({ job }: AnySynthesizedRun): Promise<string> {
    const { status } = await this.namespace.get('job', job.name);
    const pods = (await this.namespace.podsOf(job.name)).filter(({ status }) => !ENDED.includes(status.phase));
    const states = pods.map(({ metadata, spec, status }) => {
      const containers = (status.containerStatuses ?? []).map(
        ({ name, state }: Json) => `${name} ${JSON.stringify(state)}`,
      );
      return `${metadata.name} on ${spec.nodeName}, ${status.phase}: ${containers.join(', ')}`;
    });
    return `${JSON.stringify(status)}; ${states.join('; ') || 'no pod runs'}`;
  }

  private close(): void {
    this.journal.close();
    this.jobs.stop();
    this.reports?.remove();
  }

  /** Applies a run, again until it is accepted: the API server may be away. */
  async apply(run: AnySynthesizedRun): Promise<void> {
    let refusal: unknown;
    const applied = () =>
      this.namespace.apply(run.objects()).then(
        () => true,
        (error) => {
          refusal = error;
          return false;
        },
      );
    await until(`${run.job.name} applied`, applied).catch((late) => {
      throw new Error(`${late}: ${refusal}`);
    });
  }

  /** Writes the report of a run, if reports are wanted. Answers a line for each. */
  async report(run: AnySynthesizedRun, name: string): Promise<string[]> {
    return this.reports ? [await this.reports.write(run, name)] : [];
  }

  /** Forgets the Jobs of a run, and so its pods. */
  async forget(run: AnySynthesizedRun): Promise<void> {
    const jobs = [run.job.name, run.queue.name];
    await this.namespace.run('delete', 'jobs', ...jobs, '--wait=false').catch(() => {}); // so they stay
  }

  /**
   * How a Job ends, see {@link Facts}. Rejects when the chaos run is interrupted.
   *
   * @param bound from then on it hangs; the Job's own deadline if not given
   */
  async end(
    run: AnySynthesizedRun,
    bound = Duration.seconds(BOUND.toSeconds() + LATE_SECONDS),
  ): Promise<EndedJob | undefined> {
    const ask = async () => {
      if (this.leave.aborted) return new EndedJob({}); // thrown below
      const job = this.jobs.all.find(({ metadata }) => metadata.name === run.job.name);
      const ended = new EndedJob(job ?? {});
      return ended.outcome === undefined ? undefined : ended;
    };
    const end = await until(`the end of ${run.job.name}`, ask, { seconds: bound.toSeconds() }).catch(() => undefined);
    if (this.leave.aborted) throw new Error('interrupted');
    return end;
  }

  async facts(run: AnySynthesizedRun, plan: JobPlan, ended: EndedJob | undefined): Promise<Facts> {
    const { queueName } = run.queue;
    const unfinished = ended === undefined ? await this.unfinished(run) : '';
    // Before the journal: a program writes its end there before it ends, and so before the record.
    const contents = await this.client.read(run, this.losses.deletedOf(queueName));
    const entries = this.journal.of(queueName);
    const items = (what: string) => entries.filter((entry) => entry.what === what).map(({ item }) => item);
    return {
      name: `${queueName} (${run.job.name})`,
      isPool: run instanceof SynthesizedPoolRun,
      items: itemsOf(plan),
      maxAttempts: plan.maxAttempts,
      toleratedDeadLetters: plan.toleratedDeadLetters,
      outcome: ended?.outcome,
      exitCode: ended?.exitCode,
      unfinished,
      started: items('start'),
      done: items('end'),
      history: (item) => this.journal.historyOf(queueName, item),
      faults: faultsOf(this.journal.entries, queueName),
      // After the queues: a fault is noted before it happens.
      losses: this.losses.of(queueName),
      ...contents,
    };
  }
}
