import { QueueType } from '../../lib/index';
import { table } from '../../tools/table';
import { inflict } from './injector';
import { runOf } from './jobs';
import { Memory } from './memory';
import { breaches } from './oracle';
import { type Fault, type JobPlan, LOSING, scheduleFaults } from './schedule';
import { Stage } from './stage';
import { Summary } from './summary';
import { Targets } from './targets';

const PAUSE = 5000;
const LOOK = 500;

/** All that a Job need not say is left to the constructs' defaults. */
const JOB: JobPlan = {
  replicas: 1,
  items: 10_000,
  itemSeconds: 1,
  itemsPerPod: 100,
  parallelism: 10,
  maxAttempts: 3,
  toleratedDeadLetters: 0,
  queueType: QueueType.QUORUM,
};

export interface SoakProps {
  readonly seed: number;
  readonly minutes: number;
  readonly say: (line: string) => void;
  readonly enough: AbortSignal;
  readonly leave: AbortSignal;
  /** The folder for the report of the run, `soak.html`; none is written if not given. */
  readonly reports?: string;
}

/** The name of the run. */
const NAME = 'soak';

/** One long Job that meets a fault every five seconds, for some minutes, and the memory of its couriers and seeders. */
export async function soak({
  seed,
  minutes,
  say,
  enough,
  leave,
  reports,
}: SoakProps): Promise<{ summary: Summary; memory: string }> {
  const stage = new Stage(leave, reports);
  const summary = new Summary();
  const memory = new Memory(LOOK);
  const { namespace, journal, client, losses } = stage;
  const targets = new Targets(stage.pods());
  await stage.create();
  try {
    const run = runOf(NAME, JOB);
    targets.runs.add(run);
    await stage.apply(run);
    const over = new AbortController();
    const end = stage.end(run).finally(() => {
      targets.runs.delete(run);
      over.abort();
    });
    end.catch(() => {}); // awaited below
    const late = AbortSignal.timeout(minutes * 60_000);
    const met = (fault: Fault) => {
      summary.fault(fault.kind);
      const done = new Set(
        journal
          .of(run.queue.queueName)
          .filter(({ what }) => what === 'end')
          .map(({ item }) => item),
      );
      say(`  ${fault.kind}; ${done.size} items done`);
    };
    // One that loses items would end the only Job.
    const next = scheduleFaults(seed, { pause: PAUSE, without: LOSING });
    await inflict({ namespace, journal, client, losses, targets }, { next, met }, [over.signal, leave, enough, late]);
    say(`${summary.faults} faults; waiting for the end of the Job`);
    const facts = await stage.facts(run, JOB, await end);
    summary.job(facts);
    summary.breaches.push(...breaches(facts));
    for (const line of await stage.report(run, NAME)) say(line);
    if (summary.breaches.length > 0) say(await stage.explain());
  } finally {
    memory.close();
    targets.close();
    if (summary.breaches.length === 0) await stage.remove();
  }
  const header = ['program', 'age', 'looks', 'median, MB', 'most, MB'];
  return { summary, memory: table(header, memory.rows()) };
}
