import { EnvName } from '../../lib/contract/environment';
import { oneLine } from '../../lib/programs/runtime/log';
import type { Job } from '../kubernetes/objects';
import { settingsContainerOf } from '../kubernetes/pod-template';
import { plainValue } from './run-jobs';

/** A Job, as its status says. */
export interface JobSummary {
  readonly name: string;
  readonly created: string;
  readonly finished?: string;
  readonly outcome?: 'Complete' | 'Failed';
  /** Why it has failed, in Kubernetes' words. */
  readonly reason?: string;
  readonly message?: string;
  readonly suspended: boolean;
  /** Pods that exist and have not ended. */
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
}

export interface WorkerSummary extends JobSummary {
  readonly kind: 'CoarseWorkerJob' | 'WorkerPool';
  readonly completions: number;
  readonly parallelism: number;
  readonly itemsPerPod?: number;
  readonly maxAttempts?: number;
  readonly toleratedDeadLetters: number;
}

export function jobSummary({ metadata, spec, status }: Job): JobSummary {
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type && each.status === 'True');
  // FailureTarget and SuccessCriteriaMet come earlier, while pods still end; the outcome is certain then.
  const failed = condition('Failed') ?? condition('FailureTarget');
  const complete = condition('Complete') ?? condition('SuccessCriteriaMet');
  const ended = complete ?? failed;
  return {
    name: metadata?.name ?? '',
    created: iso(metadata?.creationTimestamp) ?? '',
    ...(ended && { finished: iso(status?.completionTime ?? ended.lastTransitionTime) }),
    ...(ended && { outcome: complete ? ('Complete' as const) : ('Failed' as const) }),
    ...(failed?.reason && { reason: oneLine(failed.reason) }),
    ...(failed?.message && { message: oneLine(failed.message) }),
    suspended: spec?.suspend ?? false,
    active: status?.active ?? 0,
    succeeded: status?.succeeded ?? 0,
    failed: status?.failed ?? 0,
  };
}

export function workerSummary(job: Job): WorkerSummary {
  const settings = settingsContainerOf(job);
  const number = (name: string) => {
    const value = settings && plainValue(settings, name);
    return value === undefined || !/^\d{1,15}$/.test(value) ? undefined : Number(value);
  };
  const itemsPerPod = number(EnvName.ITEMS_PER_POD);
  return {
    ...jobSummary(job),
    kind: itemsPerPod === undefined ? 'WorkerPool' : 'CoarseWorkerJob',
    completions: job.spec?.completions ?? 1,
    parallelism: job.spec?.parallelism ?? 1,
    ...(itemsPerPod !== undefined && { itemsPerPod }),
    maxAttempts: number(EnvName.MAX_ATTEMPTS),
    toleratedDeadLetters: number(EnvName.TOLERATED_DEAD_LETTERS) ?? 0,
  };
}

/** The client parses times, and JSON has them as strings. */
function iso(time: Date | string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
