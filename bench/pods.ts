/**
 * What a pod for each item costs: 100 items of one second with ten of them to a pod, against a plain Job with a pod for each;
 * and a CoarseWorkerJob with a pod for each item, for items of several lengths: npm run bench:pods. It takes the cluster that
 * the end-to-end tests take, and about twelve minutes.
 */
import { Program, WorkItems } from '../lib';
import { Namespace } from '../tools/cluster/namespace';
import { SynthesizedRun } from '../tools/synthesized-run';
import { names } from './bench-items';
import { barePod, IMAGE, makespan, plainJob, removeJob, workerMakespan } from './cluster-jobs';
import { printTable, SECONDS, spread, withLoad } from './report';
import { setting } from './setting';
import { type Contestant, inTurn, printRatios, type Result } from './side-by-side';
import { summary } from './statistics';

const ROUNDS = setting('ROUNDS', 3);

const MANY = { items: 100, seconds: 1, parallelism: 10, itemsPerPod: 10 };

/** Fewer of the longer ones: all together take less than two minutes a round. */
const LENGTHS = [
  { items: 8, seconds: 1 },
  { items: 4, seconds: 5 },
  { items: 4, seconds: 20 },
].map((length) => ({ ...length, parallelism: 2, itemsPerPod: 1 }));

/** What a pod for each item may cost, as a part of the items' own time. */
const NEGLIGIBLE = 0.1;

type Shape = typeof MANY;

const namespace = new Namespace();

function runOf({ items, seconds, parallelism, itemsPerPod }: Shape, round: number): SynthesizedRun {
  return new SynthesizedRun({
    items: WorkItems.list(names(items)),
    seeder: { runId: `${items}-of-${seconds}-s-${round}` },
    worker: { image: IMAGE, parallelism, itemsPerPod, program: Program.command('sleep', String(seconds)) },
  });
}

function ours(shape: Shape): Contestant {
  return {
    name: `CoarseWorkerJob, ${shape.itemsPerPod} of ${shape.items} items of ${shape.seconds} s to a pod`,
    async measure(round) {
      const run = runOf(shape, round);
      const took = await workerMakespan(namespace, run);
      await removeJob(namespace, run.job.name);
      return took;
    },
  };
}

function aPodForEach({ items, seconds, parallelism }: Shape): Contestant {
  return {
    name: 'plain Job of one container, a pod for each item',
    async measure(round) {
      const job = plainJob(`pods-${round}`, items, parallelism, barePod(['sleep', String(seconds)]));
      const took = await makespan(namespace, job);
      await removeJob(namespace, job.metadata.name);
      return took;
    },
  };
}

/** By how much longer each wave of pods takes than its items. */
function costOfPod({ items, seconds, parallelism }: Shape, milliseconds: number): number {
  return milliseconds / (items / parallelism) - seconds * 1000;
}

function printCosts(results: readonly Result[]): void {
  const costs = results.map(({ median }, n) => costOfPod(LENGTHS[n], median));
  printTable(
    ['', `median of ${ROUNDS}`, 'a pod costs', 'of the time of its item'],
    results.map((one, n) => [
      one.name,
      spread(one, SECONDS),
      `${SECONDS.of(costs[n])} s`,
      `${((costs[n] / LENGTHS[n].seconds / 1000) * 100).toFixed(0)} %`,
    ]),
  );
  const { median } = summary(costs);
  const from = Math.ceil(median / 1000 / NEGLIGIBLE);
  console.log(`a pod for an item costs ${SECONDS.of(median)} s: from ${from} s on it is below ${NEGLIGIBLE * 100} %`);
}

async function bench(): Promise<void> {
  await namespace.create();
  try {
    await ours({ items: 2, seconds: 1, parallelism: 2, itemsPerPod: 1 }).measure(0); // the broker starts, images come
    const series = LENGTHS.map(ours);
    printCosts(await withLoad(() => inTurn(ROUNDS, series, 1)));
    printRatios(ROUNDS, await withLoad(() => inTurn(ROUNDS, [ours(MANY), aPodForEach(MANY)], 1)));
  } finally {
    await namespace.remove();
  }
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
