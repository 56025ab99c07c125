/**
 * Eight times `sleep 1`, two at a time, as a CoarseWorkerJob on a queue that is filled, against plain Jobs whose pods sleep:
 * npm run bench:makespan. It takes the cluster that the end-to-end tests take.
 */
import { Program, WorkItems } from '../lib';
import { Namespace } from '../test/e2e/support/namespace';
import { until } from '../test/e2e/support/until';
import { type Json, Run } from '../test/support/synth';
import { sideBySide } from './side-by-side';

// A wave of pods takes whole seconds, 3 or 4, as it meets the once-a-second looks of the kubelet: five rounds are too few.
const ROUNDS = 9;
const IMAGE = 'busybox:1.37';
const [PODS, PARALLELISM] = [8, 2];
const SLEEP = ['sleep', '1'];

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
    const run = runOf(round);
    const job = run.workerJob();
    await namespace.apply(run.objects().filter(({ metadata }) => metadata.name !== job.metadata.name));
    await until('the queue', async () => (await namespace.get('job', run.queue.name)).status?.succeeded === 1);
    return makespan(job);
  },
};

function runOf(round: number): Run {
  return new Run({
    items: WorkItems.list(Array.from({ length: PODS }, (_, n) => `item ${n}`)),
    seeder: { runId: `round-${round}` },
    worker: { image: IMAGE, parallelism: PARALLELISM, program: Program.command('sleep', '1') },
  });
}

/** The least that a Job can be: one container, no volume. */
const bare = {
  name: 'plain Job of one container',
  measure: (round: number) => {
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const containers = [{ name: 'sleep', image: IMAGE, command: SLEEP, securityContext }];
    return makespan(
      plainJob(`bare-${round}`, { restartPolicy: 'Never', automountServiceAccountToken: false, containers }),
    );
  },
};

/** What the two containers and their volumes cost by themselves. */
const samePods = {
  name: 'plain Job of the same pods',
  measure: (round: number) => {
    const { spec } = runOf(round).workerJob().spec.template;
    for (const container of spec.containers) container.command = SLEEP;
    return makespan(plainJob(`same-${round}`, spec));
  },
};

function plainJob(name: string, podSpec: Json): Json {
  const spec = { completions: PODS, parallelism: PARALLELISM, template: { spec: podSpec } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec };
}

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
