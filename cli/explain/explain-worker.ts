import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import { holdSeconds } from '../../lib/contract/limits';
import type { Job } from '../manifest/manifest';
import { programOf } from '../manifest/program-of';
import type { WorkerExplanation } from './explanation';
import { podResources, times } from './resources';
import type { Settings } from './settings';

export function explainWorker(job: Job, settings: Settings): WorkerExplanation {
  const { spec, pod } = job;
  const container = pod.containers.find(({ name }) => name === ContainerName.WORKER);
  const itemsPerPod = settings.number(EnvName.ITEMS_PER_POD) ?? null;
  const maxAttempts = settings.number(EnvName.MAX_ATTEMPTS) ?? 1;
  const itemTimeoutSeconds = settings.number(EnvName.ITEM_TIMEOUT_SECONDS) ?? 0;
  const graceSeconds = settings.number(EnvName.TERMINATION_GRACE_SECONDS) ?? 0;
  const completions = spec.completions ?? 1;
  const podsAtOnce = Math.min(spec.parallelism ?? 1, completions);
  const resources = podResources(pod);
  return {
    job: job.name,
    kind: itemsPerPod === null ? 'WorkerPool' : 'CoarseWorkerJob',
    delivery: job.delivery ?? 'courier',
    image: container?.image ?? '',
    command: programOf(container ?? {}),
    itemInArguments: settings.text(EnvName.ITEM_ARGUMENTS) !== undefined,
    itemVariables: itemVariablesOf(settings),
    user: container?.securityContext?.runAsUser ?? pod.securityContext?.runAsUser ?? null,
    podsAtOnce,
    completions,
    itemsPerPod,
    maxAttempts,
    permanentExitCodes: permanentExitCodesOf(settings),
    itemTimeoutSeconds,
    longestItemSeconds: holdSeconds(maxAttempts, itemTimeoutSeconds, graceSeconds),
    maxInterruptions: settings.number(EnvName.MAX_INTERRUPTIONS) ?? 0,
    maxPodSeconds: settings.number(EnvName.MAX_POD_SECONDS) ?? null,
    podDeadlineSeconds: pod.activeDeadlineSeconds ?? null,
    jobDeadlineSeconds: spec.activeDeadlineSeconds ?? null,
    podResources: resources,
    resourcesAtOnce: times(resources, podsAtOnce),
  };
}

/** The names of the program's variables that contain the item or one of its fields. */
function itemVariablesOf(settings: Settings): string[] {
  return Object.keys(JSON.parse(settings.text(EnvName.ITEM_VARIABLES) ?? '{}'));
}

function permanentExitCodesOf(settings: Settings): number[] {
  return (settings.text(EnvName.PERMANENT_EXIT_CODES) ?? '').split(',').filter(Boolean).map(Number);
}
