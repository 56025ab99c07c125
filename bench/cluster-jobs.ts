import { askKubectl } from '../tools/cluster/kubectl';
import type { Namespace } from '../tools/cluster/namespace';
import { until } from '../tools/cluster/until';
import type { Json, SynthesizedRun } from '../tools/synthesized-run';

/** The image of all pods that are measured. */
export const IMAGE = 'busybox:1.37';

/** Less than what the end-to-end tests let kubectl take. */
const WAIT_SECONDS = 50;
const LIMIT_MS = 300_000;

/** From before a Job's creation to the moment when kubectl sees that it is complete. */
export async function makespan(namespace: Namespace, job: Json): Promise<number> {
  const began = performance.now();
  await namespace.apply([job]);
  const target = ['--namespace', namespace.name, `job/${job.metadata.name}`];
  for (;;) {
    const { status, stderr } = await askKubectl([
      'wait',
      '--for=condition=complete',
      `--timeout=${WAIT_SECONDS}s`,
      ...target,
    ]);
    const took = performance.now() - began;
    if (status === 0) return took;
    if (!stderr.includes('timed out') || took > LIMIT_MS) throw new Error(`job ${job.metadata.name}: ${stderr}`);
  }
}

/** The makespan of a run's worker Job alone: its queue is filled before. */
export async function workerMakespan(namespace: Namespace, run: SynthesizedRun): Promise<number> {
  const job = run.workerJob();
  await namespace.apply(run.objects().filter(({ metadata }) => metadata.name !== job.metadata.name));
  await until('the queue', async () => (await namespace.get('job', run.queue.name)).status?.succeeded === 1);
  return makespan(namespace, job);
}

export function plainJob(name: string, completions: number, parallelism: number, podSpec: Json): Json {
  const spec = { completions, parallelism, template: { spec: podSpec } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec };
}

/** The least that a pod can be: one container, no volume. */
export function barePod(command: readonly string[]): Json {
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const containers = [{ name: 'program', image: IMAGE, command, securityContext }];
  return { restartPolicy: 'Never', automountServiceAccountToken: false, containers };
}
