import { runOf } from './jobs';
import { breaches, breachesWithoutFaults } from './oracle';
import { type Fault, planRound, type RoundPlan } from './plan';
import { Stage } from './stage';
import { inflict } from './storm';
import { Tally } from './tally';
import { Targets } from './targets';

/** Faults after which a round is left alone, so that it can end, and others begin. */
const FAULTS_A_ROUND = 60;

export interface CampaignProps {
  readonly seed: number;
  readonly faults: number;
  readonly say: (line: string) => void;
  /** Ends it early, and whatever fault is there. */
  readonly leave: AbortSignal;
}

/** Rounds of Jobs that meet faults, until there were so many; and before them one without any. Ends at the first breach. */
export async function campaign({ seed, faults, say, leave }: CampaignProps): Promise<Tally> {
  const stage = new Stage(leave);
  const tally = new Tally();
  await stage.create();
  try {
    for (let number = 0; number === 0 || (tally.faults < faults && tally.breaches.length === 0); number++) {
      const most = number === 0 ? 0 : Math.min(faults - tally.faults, FAULTS_A_ROUND);
      await round(number, planRound(seed, number), most);
    }
    if (tally.breaches.length > 0) say(await stage.explain());
  } finally {
    if (tally.breaches.length === 0) await stage.remove();
  }
  return tally;

  async function round(number: number, plan: RoundPlan, most: number): Promise<void> {
    const runs = plan.jobs.map((job, n) => runOf(plan.replicas, `round-${number}-${n}`, job));
    const applied = stage.apply(runs);
    applied.catch(() => {}); // awaited below
    const over = new AbortController();
    const ends = Promise.all(runs.map((run) => stage.end(run))).finally(() => over.abort());
    ends.catch(() => {}); // awaited below
    const { namespace, ledger } = stage;
    const world = { namespace, ledger, targets: new Targets(namespace, runs) };
    const before = tally.faults;
    const met = (fault: Fault) => {
      tally.fault(fault.kind);
      say(`  ${fault.kind}`);
    };
    await inflict(world, { next: plan.faults, most, met }, [over.signal, leave]);
    await applied;
    const outcomes = await ends;

    for (const [n, run] of runs.entries()) {
      const facts = await stage.facts(run, plan.jobs[n], outcomes[n]);
      tally.job(facts);
      tally.breaches.push(...(number === 0 ? breachesWithoutFaults(facts) : breaches(facts)));
    }
    const jobs = outcomes.map((outcome, n) => `${plan.jobs[n].items} items ${outcome ?? 'HUNG'}`);
    say(`round ${number}: ${tally.faults - before} faults, ${tally.faults} in all; ${jobs.join(', ')}`);
    if (tally.breaches.length === 0) await namespace.run('delete', 'jobs', '--all', '--wait=false');
  }
}
