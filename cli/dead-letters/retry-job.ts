import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import { Label } from '../../lib/contract/labels';
import type { Job } from '../kubernetes/objects';
import { workerSummary } from '../run-state/job-summary';
import { retryNumberOf } from '../run-state/run-jobs';

/** What the API server and its controllers have added to a Job and its pods. They add it again. */
const SET_BY_SERVER =
  /^((batch\.kubernetes\.io\/)?(controller-uid|job-name|job-completion-index)|batch\.kubernetes\.io\/job-tracking)$/;

/** By these, tools know the objects that they have applied, and would remove one that is not in their manifests. */
const SET_BY_TOOLS =
  /^(kubectl\.kubernetes\.io\/last-applied-configuration$|argocd\.argoproj\.io\/|applyset\.kubernetes\.io\/)/;

/** A Job's name and the hyphen and index that follow it in the host name of a pod have at most as many characters. */
const MAX_NAME = 63;

/**
 * A worker Job for a retry, made from an earlier one: the same pods, as many as the items need. Its name follows from the number of
 * the retry, so that two commands cannot create two.
 */
export function retryJob(former: Job, retry: number, itemCount: number): Job {
  const { kind, parallelism, itemsPerPod = 1 } = workerSummary(former);
  const items = Math.max(1, itemCount);
  const completions = kind === 'WorkerPool' ? Math.min(parallelism, items) : Math.ceil(items / itemsPerPod);
  const { selector: _, manualSelector: __, suspend: ___, ...spec } = former.spec ?? { template: {} };
  const { metadata, spec: pod } = spec.template;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: retryName(former, retry, completions),
      namespace: former.metadata?.namespace,
      labels: { ...kept(former.metadata?.labels), [Label.RETRY]: String(retry) },
      annotations: kept(former.metadata?.annotations),
    },
    spec: {
      ...spec,
      completions,
      parallelism: Math.min(parallelism, completions),
      template: {
        metadata: { labels: kept(metadata?.labels), annotations: kept(metadata?.annotations) },
        spec: pod && { ...pod, containers: pod.containers.map((each) => withCompletions(each, completions)) },
      },
    },
  };
}

function kept(entries: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const all = Object.entries(entries ?? {});
  return Object.fromEntries(all.filter(([key]) => !SET_BY_SERVER.test(key) && !SET_BY_TOOLS.test(key)));
}

type Container = NonNullable<NonNullable<Job['spec']>['template']['spec']>['containers'][number];

/** The courier knows how many indexes its Job has. In a pool it does not. */
function withCompletions(container: Container, completions: number): Container {
  if (container.name !== ContainerName.COURIER) return container;
  const env = container.env?.map((variable) =>
    variable.name === EnvName.COMPLETIONS ? { ...variable, value: String(completions) } : variable,
  );
  return { ...container, env };
}

/** `fruits-eat-9d0c1a52e4-r2` for the second retry, also if it is made from the Job of the first one. */
function retryName(former: Job, retry: number, completions: number): string {
  const suffix = `-r${retry}`;
  const ofFormer = retryNumberOf(former);
  const name = former.metadata?.name ?? '';
  const original = ofFormer > 0 && name.endsWith(`-r${ofFormer}`) ? name.slice(0, -`-r${ofFormer}`.length) : name;
  const room = MAX_NAME - suffix.length - `-${completions - 1}`.length;
  return `${original.slice(-room).replace(/^[^a-z0-9]+/, '')}${suffix}`;
}
