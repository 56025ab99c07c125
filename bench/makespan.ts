/**
 * Eight times `sleep 1`, two at a time, as a CoarseWorkerJob on a queue that is filled, against plain Jobs whose pods sleep:
 * npm run bench:makespan. It takes the cluster that the end-to-end tests take.
 */
import { Program, WorkItems } from '../lib';
import { Namespace } from '../tools/cluster/namespace';
import { SynthesizedRun } from '../tools/synthesized-run';
import { names } from './bench-items';
import { barePod, IMAGE, makespan, plainJob, workerMakespan } from './cluster-jobs';
import { setting } from './setting';
import { type Contestant, sideBySide } from './side-by-side';

// A wave of pods takes whole seconds, 3 or 4, as it meets the once-a-second looks of the kubelet: five rounds are too few.
const ROUNDS = setting('ROUNDS', 9);
const [PODS, PARALLELISM] = [8, 2];
const SLEEP = ['sleep', '1'];

const namespace = new Namespace();

const ours: Contestant = {
  name: 'CoarseWorkerJob',
  measure: (round) => workerMakespan(namespace, runOf(round)),
};

function runOf(round: number): SynthesizedRun {
  return new SynthesizedRun({
    items: WorkItems.list(names(PODS)),
    seeder: { runId: `round-${round}` },
    worker: { image: IMAGE, parallelism: PARALLELISM, program: Program.command('sleep', '1') },
  });
}

const bare: Contestant = {
  name: 'plain Job of one container, without volumes',
  measure: (round) => makespan(namespace, plainJob(`bare-${round}`, PODS, PARALLELISM, barePod(SLEEP))),
};

/** What the two containers and their volumes cost by themselves. */
const samePods: Contestant = {
  name: 'plain Job of the same pods, in which both containers only sleep',
  measure: (round) => {
    const { spec } = runOf(round).workerJob().spec.template;
    for (const container of spec.containers) container.command = SLEEP;
    return makespan(namespace, plainJob(`same-${round}`, PODS, PARALLELISM, spec));
  },
};

async function bench(): Promise<void> {
  await namespace.create();
  try {
    await sideBySide(ROUNDS, ours, bare, samePods);
  } finally {
    await namespace.remove();
  }
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
