import type { Duration } from 'cdk8s';
import { sleep } from '../../lib/programs/runtime/time';
import { killSeeder, type World } from './faults';
import { inflict } from './injector';
import { runOf } from './jobs';
import { breaches, breachesWithoutFaults } from './oracle';
import { type FaultKind, scheduleFaults, scheduleJob } from './schedule';
import { Stage } from './stage';
import { Summary } from './summary';
import { Targets } from './targets';

/** Jobs that meet no faults. */
const JOBS_WITHOUT_FAULTS = 4;
/**
 * Another Job begins where fewer pods than these are at work. The Job controller waits between pods that fail, ever longer, so
 * there may be many Jobs, most of which wait. More of them, when all their pods begin at once, are too much for two cores.
 */
const PODS = 8;
const MAX_JOBS = 8;
/** From the beginning of a Job to its pods. */
const BEGINNING = 6000;
/** What a Job would take without faults; and one of those that meet none. */
const [SECONDS, SECONDS_WITHOUT_FAULTS] = [45, 15];

export interface ChaosRunProps {
  readonly seed: number;
  readonly faults: number;
  readonly say: (line: string) => void;
  /** No more faults, and no more Jobs: those that run are waited for and judged. */
  readonly enough: AbortSignal;
  /** Ends it at once, and whatever fault is there. */
  readonly leave: AbortSignal;
  /** A Job that takes longer hangs; its own deadline if not given. */
  readonly bound?: Duration;
  /** The folder for the reports of the runs, as `job-NUMBER.html`; none are written if not given. */
  readonly reports?: string;
}

/**
 * Jobs that meet no fault; then, until there were so many faults, Jobs that do, some at a time. Each is judged when it has
 * ended. It ends early at the first breach.
 */
export class ChaosRun {
  private readonly summary = new Summary();
  private readonly stage: Stage;
  private readonly targets: Targets;
  private readonly over = new AbortController();
  private readonly leave = new AbortController();
  private jobs = 0;

  constructor(private readonly props: ChaosRunProps) {
    this.stage = new Stage(this.leave.signal, props.reports);
    this.targets = new Targets(this.stage.pods());
    for (const signal of [props.enough, props.leave]) signal.addEventListener('abort', () => this.over.abort());
    props.leave.addEventListener('abort', () => this.leave.abort());
  }

  async run(): Promise<Summary> {
    await this.stage.create();
    try {
      await Promise.all(Array.from({ length: JOBS_WITHOUT_FAULTS }, () => this.job(true)));
      if (this.props.faults > 0) await this.withFaults();
      if (this.summary.breaches.length > 0) this.props.say(await this.stage.explain());
    } finally {
      this.targets.close();
      if (this.summary.breaches.length === 0) await this.stage.remove();
    }
    return this.summary;
  }

  private async withFaults(): Promise<void> {
    const parts = await Promise.allSettled([this.faults(), this.manyJobs()]); // what is broken is mended before it ends
    for (const part of parts) if (part.status === 'rejected') throw part.reason;
  }

  private async faults(): Promise<void> {
    const { namespace, journal, client, losses } = this.stage;
    const world: World = { namespace, journal, client, losses, targets: this.targets };
    const injection = { next: scheduleFaults(this.props.seed), met: ({ kind }: { kind: FaultKind }) => this.met(kind) };
    await inflict(world, injection, [this.over.signal])
      .catch((error) => {
        this.leave.abort(); // with what could not be mended Jobs may wait for ever
        throw error;
      })
      .finally(() => this.over.abort());
  }

  private met(kind: FaultKind): void {
    this.summary.fault(kind);
    this.props.say(`  ${this.summary.faults} ${kind}`);
    if (this.summary.faults >= this.props.faults) this.over.abort();
  }

  private async manyJobs(): Promise<void> {
    const { signal } = this.over;
    const jobs: Promise<void>[] = [];
    while (!signal.aborted) {
      if (this.targets.workers.length < PODS && this.targets.runs.size < MAX_JOBS) {
        const job = this.job(false);
        job.catch(() => this.over.abort()); // and thrown below
        jobs.push(job);
        await sleep(BEGINNING, signal);
      }
      await sleep(1000, signal);
    }
    await Promise.all(jobs);
  }

  private async job(withoutFaults: boolean): Promise<void> {
    const { stage, targets, summary } = this;
    const { seed, say, bound } = this.props;
    const number = this.jobs++;
    const plan = scheduleJob(seed, number, withoutFaults ? SECONDS_WITHOUT_FAULTS : SECONDS);
    const name = `job-${number}`;
    const run = runOf(name, plan);
    targets.runs.add(run);
    const seederKilled = !withoutFaults && plan.seederKilled !== undefined && killSeeder(plan.seederKilled);
    await stage.apply(run);
    if ((await seederKilled) === 'over') this.met('seeder killed');
    const ended = await stage.end(run, bound).finally(() => targets.runs.delete(run));

    const facts = await stage.facts(run, plan, ended);
    summary.job(facts);
    const found = withoutFaults ? breachesWithoutFaults(facts) : breaches(facts);
    const broker = `${plan.queueType} queue, ${plan.replicas === 1 ? 'one broker' : 'three brokers'}`;
    const share = plan.workers ? `a pool of ${plan.workers}` : `${plan.itemsPerPod} to a pod`;
    say(`Job ${number}: ${plan.items} items, ${share}, ${broker}: ${ended?.outcome ?? 'HUNG'}`);
    for (const sentence of found) say(`BREACH ${sentence}`);
    summary.breaches.push(...found);
    if (found.length > 0) this.over.abort();
    for (const line of await stage.report(run, name)) say(line);
    if (found.length === 0) await stage.forget(run);
  }
}
