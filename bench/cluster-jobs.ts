import { askKubectl } from '../tools/cluster/kubectl';
import { EndedJob, type Namespace } from '../tools/cluster/namespace';
import type { AnySynthesizedRun, Json } from '../tools/synthesized-run';
import { until } from '../tools/until';

/** The image of all pods that are measured. */
export const IMAGE = 'busybox:1.37';

/** How long one kubectl waits. A Job that fails is noticed so late. */
const WAIT_SECONDS = 10;
const LIMIT_SECONDS = 300;

/** From before a Job's creation to the moment when kubectl sees that it is complete. */
export async function makespan(namespace: Namespace, job: Json): Promise<number> {
  const began = performance.now();
  await namespace.apply([job]);
  const { name } = job.metadata;
  const outcome = await jobOutcome(namespace, name, LIMIT_SECONDS);
  const took = performance.now() - began;
  if (outcome !== 'Complete') throw new Error(`job ${name}: ${outcome ?? `not complete after ${LIMIT_SECONDS} s`}`);
  return took;
}

/** Resolves as soon as kubectl sees that a Job is complete, and soon after it has failed; to nothing at the limit. */
export async function jobOutcome(namespace: Namespace, name: string, seconds: number): Promise<string | undefined> {
  const target = ['--namespace', namespace.name, `job/${name}`];
  const giveUp = performance.now() + seconds * 1000;
  for (;;) {
    const timeout = `--timeout=${WAIT_SECONDS}s`;
    const { status, stderr } = await askKubectl(['wait', '--for=condition=complete', timeout, ...target]);
    if (status === 0) return 'Complete';
    if (!stderr.includes('timed out')) throw new Error(`job ${name}: ${stderr}`);
    const { outcome } = new EndedJob(await namespace.get('job', name));
    if (outcome !== undefined || performance.now() > giveUp) return outcome;
  }
}

/** The makespan of a run's worker Job alone: its queue is filled before. */
export async function workerMakespan(namespace: Namespace, run: AnySynthesizedRun): Promise<number> {
  await fillQueue(namespace, run);
  return makespan(namespace, run.workerJob());
}

/** Applies all of a run but its worker Job, and waits until its queue is filled. */
export async function fillQueue(namespace: Namespace, run: AnySynthesizedRun): Promise<void> {
  await namespace.apply(run.objects().filter(({ metadata }) => metadata.name !== run.job.name));
  await until('the queue', async () => (await namespace.get('job', run.queue.name)).status?.succeeded === 1);
}

/** With its pods: the kubelets look at hundreds of dead containers else, while the next Job is measured. */
export async function removeJob(namespace: Namespace, name: string): Promise<void> {
  await namespace.run('delete', 'job', name, '--cascade=foreground', '--wait=false');
  await until(`the end of the pods of ${name}`, async () => (await namespace.podsOf(name)).length === 0);
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
