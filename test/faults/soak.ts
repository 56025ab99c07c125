import { QueueType } from '../../lib';
import { runOf } from './jobs';
import { Memory } from './memory';
import { breaches } from './oracle';
import { type Fault, type JobPlan, planFault } from './plan';
import { Random } from './random';
import { Stage } from './stage';
import { inflict } from './storm';
import { Tally, table } from './tally';
import { Targets } from './targets';

const PAUSE = 5000;
const LOOK = 500;

/** All that a Job need not say is left to the constructs' defaults. */
const JOB: JobPlan = {
  items: 10_000,
  itemSeconds: 1,
  itemsPerPod: 100,
  parallelism: 10,
  maxAttempts: 3,
  toleratedFailures: 0,
  queueType: QueueType.QUORUM,
};

export interface SoakProps {
  readonly seed: number;
  readonly minutes: number;
  readonly say: (line: string) => void;
  readonly leave: AbortSignal;
}

/** One long Job that meets a fault every five seconds, for some minutes, and the memory of its couriers and seeders. */
export async function soak({ seed, minutes, say, leave }: SoakProps): Promise<{ tally: Tally; memory: string }> {
  const stage = new Stage(leave);
  const tally = new Tally();
  const memory = new Memory(LOOK);
  const random = new Random(`soak ${seed}`);
  await stage.create();
  try {
    const run = runOf(1, 'soak', JOB);
    const { namespace, ledger } = stage;
    await stage.apply([run]);
    const over = new AbortController();
    const end = stage.end(run).finally(() => over.abort());
    end.catch(() => {}); // awaited below
    const enough = AbortSignal.timeout(minutes * 60_000);
    const met = (fault: Fault) => {
      tally.fault(fault.kind);
      const done = new Set(
        ledger
          .of(run.queue.queueName)
          .filter(({ what }) => what === 'end')
          .map(({ item }) => item),
      );
      say(`  ${fault.kind}; ${done.size} items done`);
    };
    const next = () => planFault(random, () => PAUSE);
    const world = { namespace, ledger, targets: new Targets(namespace, [run]) };
    await inflict(world, { next, most: Number.POSITIVE_INFINITY, met }, [over.signal, leave, enough]);
    say(`${tally.faults} faults; waiting for the end of the Job`);
    const facts = await stage.facts(run, JOB, await end);
    tally.job(facts);
    tally.breaches.push(...breaches(facts));
    if (tally.breaches.length > 0) say(await stage.explain());
  } finally {
    memory.close();
    if (tally.breaches.length === 0) await stage.remove();
  }
  const header = ['program', 'age', 'looks', 'median, MB', 'most, MB'];
  return { tally, memory: table(header, memory.rows()) };
}
