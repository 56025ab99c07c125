import { App, Chart, Duration, Size } from 'cdk8s';
import { WorkItems } from '../../lib/index';
import { type AnySynthesizedRun, SynthesizedPoolRun, SynthesizedRun } from '../../tools/synthesized-run';
import { journalMount, journalProgram, journalVariables } from './journal-file';
import type { JobPlan } from './schedule';

/** A program that hangs is stopped after this time. */
const ITEM_TIMEOUT = Duration.seconds(15);
const GRACE = Duration.seconds(5);
/** Out of reach: these Jobs shall end by their items. */
const BACKOFF_LIMIT = 100_000;

/** A Job that has not ended by then hangs. The Job controller waits up to ten minutes between pods that fail. */
export const BOUND = Duration.minutes(60);

/** In place of an hour and more: a pod that Kubernetes leaves half created shall not hold up a Job for so long. */
const POD_DEADLINE = Duration.minutes(5);

/** A Job or a pool, and the broker that it shares. */
export function runOf(runId: string, plan: JobPlan): AnySynthesizedRun {
  const { replicas, workers } = plan;
  const chart = new Chart(new App(), `faults-${replicas}`);
  const common = {
    broker: { replicas },
    items: WorkItems.range(1, plan.items),
    seeder: { runId, queueType: plan.queueType, activeDeadline: BOUND },
  };
  const worker = {
    image: 'busybox:1.37',
    program: journalProgram(plan.itemSeconds),
    envVariables: journalVariables(),
    volumeMounts: [journalMount(chart)],
    maxAttempts: plan.maxAttempts,
    toleratedDeadLetters: plan.toleratedDeadLetters,
    itemTimeout: ITEM_TIMEOUT,
    terminationGracePeriod: GRACE,
    activeDeadline: BOUND,
    resources: { memory: { limit: Size.mebibytes(32) } },
  };
  const run = workers
    ? new SynthesizedPoolRun({ ...common, worker: { ...worker, workers, backoffLimitPerIndex: BACKOFF_LIMIT } }, chart)
    : new SynthesizedRun({ ...common, worker: { ...worker, ...jobShare(plan), backoffLimit: BACKOFF_LIMIT } }, chart);
  run.setPodDeadline(POD_DEADLINE);
  return run;
}

function jobShare({ parallelism, itemsPerPod }: JobPlan) {
  return { parallelism, itemsPerPod };
}

export function itemsOf(plan: JobPlan): string[] {
  return Array.from({ length: plan.items }, (_, n) => String(n + 1));
}
