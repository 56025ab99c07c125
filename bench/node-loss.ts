/**
 * A node with seven workers loses power and comes back at once: how long it takes until all seven are at work again, as a
 * WorkerPool and as a CoarseWorkerJob: npm run bench:node-loss. It takes the cluster that the end-to-end tests take, with two nodes.
 */
import { Network, WorkItems } from '../lib';
import { Journal, witness } from '../test/e2e/support/journal';
import { node, revive } from '../tools/cluster/faults';
import { Namespace } from '../tools/cluster/namespace';
import { type AnySynthesizedRun, SynthesizedPoolRun, SynthesizedRun } from '../tools/synthesized-run';
import { until } from '../tools/until';
import { names } from './bench-items';
import { withLoad } from './report';
import { setting } from './setting';
import { type Contestant, inTurn, printRatios } from './side-by-side';

const ROUNDS = setting('ROUNDS', 1);
const WORKERS = 7;
const [STAYS, FALLS] = [1, 2];
/** The Job controller waits 10 minutes at most. */
const LIMIT_SECONDS = 1200;
const ITEMS = 2000;

const namespace = new Namespace();
const journal = new Journal(namespace);

const COMMON = { image: 'python:3.13-slim', network: Network.OPEN, ...witness('sleep(2)') };

function contestant(name: string, runOf: (runId: string) => AnySynthesizedRun): Contestant {
  return {
    name,
    async measure(round) {
      const run = runOf(`${name}-${round}`.toLowerCase());
      run.pin('broker', `node-${STAYS}`);
      run.pin('job', `node-${FALLS}`);
      await namespace.apply(run.objects());
      const { queueName } = run.queue;
      const before = await atWork(queueName, new Set());
      node('crash', FALLS);
      const began = performance.now();
      await revive(FALLS);
      await atWork(queueName, before);
      const took = performance.now() - began;
      await namespace.run('delete', 'job', run.job.name, '--cascade=foreground', '--timeout=45s');
      return took;
    },
  };
}

/** Waits until so many pods as there are workers have begun an item, beside those that did before. */
function atWork(queue: string, before: ReadonlySet<string>): Promise<Set<string>> {
  const what = `${WORKERS} pods at work`;
  return until(
    what,
    async () => {
      const entries = await journal.of(queue);
      const pods = new Set(entries.map(({ pod }) => pod).filter((pod) => !before.has(pod)));
      return pods.size >= WORKERS && pods;
    },
    { seconds: LIMIT_SECONDS },
  );
}

const items = WorkItems.list(names(ITEMS));

const pool = contestant('WorkerPool', (runId) => {
  const worker = { ...COMMON, workers: WORKERS };
  return new SynthesizedPoolRun({ items, seeder: { runId }, worker });
});

const job = contestant('CoarseWorkerJob', (runId) => {
  const worker = { ...COMMON, parallelism: WORKERS, itemsPerPod: 100 };
  return new SynthesizedRun({ items, seeder: { runId }, worker });
});

async function bench(): Promise<void> {
  await namespace.create();
  try {
    await journal.start(`node-${STAYS}`);
    printRatios(ROUNDS, await withLoad(() => inTurn(ROUNDS, [pool, job], 1)));
  } finally {
    await namespace.remove();
  }
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
