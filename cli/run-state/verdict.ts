import { ContainerName } from '../../lib/contract/containers';
import { containerThatTakesItems } from '../../lib/contract/delivery';
import { oneLine } from '../../lib/programs/runtime/log';
import type { Cluster } from '../kubernetes/cluster';
import type { Pod } from '../kubernetes/objects';
import type { JobSummary } from './job-summary';

/** How many different messages of pods are shown. */
const MAX_MESSAGES = 3;

/** Why a Job has failed: Kubernetes' reason, and what its pods have said last. */
export async function failureOf(cluster: Cluster, job: JobSummary): Promise<string> {
  const messages = await lastMessages(cluster, job).catch(() => []);
  const words = messages.length > 0 ? messages.join('; ') : (job.message ?? 'Kubernetes gives no message');
  return `${words} (Job ${job.name}, ${job.reason ?? 'Failed'})`;
}

async function lastMessages(cluster: Cluster, job: JobSummary): Promise<string[]> {
  // Container courier for pod NAMESPACE/NAME failed with exit code 20 matching FailJob rule at index 0
  const [, decisive] = /\bfor pod [^/\s]+\/(\S+) failed with exit code\b/.exec(job.message ?? '') ?? [];
  if (decisive) {
    const told = messagesOf(await cluster.pods({ fields: `metadata.name=${decisive}` }));
    if (told.length > 0) return told;
  }
  const labels = `batch.kubernetes.io/job-name=${job.name}`;
  return messagesOf(await cluster.pods({ labels, fields: 'status.phase=Failed' }));
}

/** What the containers of this package have left in their termination messages, the latest first. */
function messagesOf(pods: readonly Pod[]): string[] {
  const ended = pods
    .flatMap((pod) => (pod.status?.containerStatuses ?? []).filter(({ name }) => tells(pod, name)))
    .flatMap(({ state }) => (state?.terminated ? [state.terminated] : []))
    .filter(({ exitCode, message }) => exitCode !== 0 && message)
    .sort((a, b) => time(b.finishedAt) - time(a.finishedAt));
  return [...new Set(ended.map(({ message = '' }) => oneLine(message)))].slice(0, MAX_MESSAGES);
}

/** Whether a container says how its pod has ended. */
function tells({ metadata }: Pod, container: string): boolean {
  return container === containerThatTakesItems(metadata?.labels) || container === ContainerName.SEEDER;
}

function time(at: Date | string | undefined): number {
  return at === undefined ? 0 : new Date(at).getTime();
}
