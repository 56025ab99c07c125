/**
 * Eight times `sleep 1`, two at a time, as a CoarseWorkerJob on a queue that is filled, against a plain Job whose pods sleep:
 * npm run bench:makespan. It takes the cluster that the end-to-end tests take.
 */
import { Program, WorkItems } from '../lib';
import { Namespace } from '../test/e2e/support/namespace';
import { until } from '../test/e2e/support/until';
import { type Json, Run } from '../test/support/synth';
import { sideBySide } from './side-by-side';

const ROUNDS = 5;
const IMAGE = 'busybox:1.37';
const [PODS, PARALLELISM] = [8, 2];

const namespace = new Namespace();

/** From before its creation to the moment when kubectl sees that it is complete. */
async function makespan(job: Json): Promise<number> {
  const began = performance.now();
  await namespace.apply([job]);
  await namespace.run('wait', '--for=condition=complete', '--timeout=55s', `job/${job.metadata.name}`);
  return performance.now() - began;
}

const ours = {
  name: 'CoarseWorkerJob',
  async measure(round: number) {
    const items = WorkItems.list(Array.from({ length: PODS }, (_, n) => `item ${n}`));
    const run = new Run({
      items,
      seeder: { runId: `round-${round}` },
      worker: { image: IMAGE, parallelism: PARALLELISM, program: Program.command('sleep', '1') },
    });
    const job = run.workerJob();
    await namespace.apply(run.objects().filter(({ metadata }) => metadata.name !== job.metadata.name));
    await until('the queue', async () => (await namespace.get('job', run.queue.name)).status?.succeeded === 1);
    return makespan(job);
  },
};

const plain = {
  name: 'plain Job',
  measure: (round: number) => makespan(plainJob(`plain-${round}`)),
};

function plainJob(name: string): Json {
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const containers = [{ name: 'sleep', image: IMAGE, command: ['sleep', '1'], securityContext }];
  const template = { spec: { restartPolicy: 'Never', automountServiceAccountToken: false, containers } };
  const spec = { completions: PODS, parallelism: PARALLELISM, template };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec };
}

async function bench(): Promise<void> {
  await namespace.create();
  try {
    await sideBySide(ours, plain, ROUNDS);
  } finally {
    await namespace.remove();
  }
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
