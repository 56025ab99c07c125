/**
 * 100 items of one second, ten at a time, in five ways: a WorkerPool, a CoarseWorkerJob, a plain Job, GNU parallel, and Celery over
 * RabbitMQ. How long each takes for an item, and what comes of a run in which half of the workers are killed in the middle:
 * npm run bench:comparison. It requires the cluster of the end-to-end tests, on this machine; `--only parallel,celery` needs none.
 */
import { parseArgs } from 'node:util';
import { celery } from './comparison/celery';
import { ClusterSite } from './comparison/cluster-site';
import { coarseWorkerJob } from './comparison/coarse-worker-job';
import { gnuParallel } from './comparison/gnu-parallel';
import { podForEachItem } from './comparison/plain-job';
import { ITEMS, type Outcome, type Way } from './comparison/way';
import { workerPool } from './comparison/worker-pool';
import { printTable, SECONDS, spread, type Unit, withLoad } from './report';
import { setting } from './setting';
import { type Contestant, inTurn } from './side-by-side';

const ROUNDS = setting('ROUNDS', 3);

/** Of the milliseconds of a whole run. */
const MS_AN_ITEM: Unit = { name: 'ms', of: (milliseconds) => (milliseconds / ITEMS).toFixed(0) };

function undisturbed(way: Way): Contestant {
  return {
    name: way.name,
    async measure() {
      const outcome = await way.run();
      if (outcome.lost + outcome.begunAgain > 0 || outcome.hanging)
        throw new Error(`${way.name}, undisturbed: ${JSON.stringify(outcome)}`);
      return outcome.milliseconds;
    },
  };
}

async function printTimes(ways: readonly Way[]): Promise<void> {
  const results = await withLoad(() => inTurn(ROUNDS, ways.map(undisturbed)));
  printTable(
    ['undisturbed', `milliseconds an item, median of ${ROUNDS}`],
    results.map((one) => [one.name, spread(one, MS_AN_ITEM)]),
  );
}

async function printFaults(ways: readonly Way[]): Promise<void> {
  const rows: string[][] = [];
  await withLoad(async () => {
    for (const way of ways) {
      for (const fault of way.faults) {
        const row = [way.name, fault, ...cells(await way.run(fault))];
        console.error(row.join(' | '));
        rows.push(row);
      }
    }
  });
  printTable(
    ['', 'killed', 'run', 'lost', 'done twice', 'begun twice', 'left hanging', 'what the tool itself says'],
    rows,
  );
}

function cells({ milliseconds, lost, doneAgain, begunAgain, hanging, verdict }: Outcome): string[] {
  const took = hanging ? '' : `${SECONDS.of(milliseconds)} s`;
  return [took, String(lost), String(doneAgain), String(begunAgain), hanging || 'nothing', verdict];
}

function selected(all: readonly Way[]): Way[] {
  const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
  if (only === undefined) return [...all];
  const keys = only.split(',');
  const known = new Set(all.map(({ key }) => key));
  const unknown = keys.find((key) => !known.has(key));
  if (unknown !== undefined) throw new Error(`--only: ${unknown} is not one of ${[...known].join(', ')}`);
  return all.filter(({ key }) => keys.includes(key));
}

async function bench(): Promise<void> {
  const cluster = new ClusterSite();
  const ways = selected([
    workerPool(cluster),
    coarseWorkerJob(cluster),
    podForEachItem(cluster),
    gnuParallel(),
    ...celery(),
  ]);
  const sites = new Set(ways.map(({ site }) => site));
  try {
    for (const site of sites) await site.open();
    await printTimes(ways);
    await printFaults(ways);
  } finally {
    for (const site of sites) await site.close();
  }
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
