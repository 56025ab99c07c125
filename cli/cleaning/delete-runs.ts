import { BrokerError, ReplyCode, type Session } from '../../lib/programs/amqp/session';
import { sleep } from '../../lib/programs/runtime/time';
import type { Cluster } from '../kubernetes/cluster';
import { ACTIVE, type Observer } from '../run-state/observer';
import { podsLabel, type RunJobs } from '../run-state/run-jobs';
import { CommandError } from '../system/command-error';
import type { RunPlan } from './run-plan';

/** How long the pods of a run have to end. A pod of a node that is lost never does. */
const STOPPING_MS = 60_000;

const PAUSE_MS = 500;

export interface CleaningContext {
  readonly cluster: Cluster;
  readonly observer: Observer;
  /** Ends it between two steps. */
  readonly interrupt: AbortSignal;
  /** Tells a person what did not go as it should. */
  readonly warn: (sentence: string) => void;
}

/** Finds out whether all of it may be deleted, before any of it is. Rejects with what may not. */
export async function tryPlans(plans: readonly RunPlan[], cluster: Cluster): Promise<void> {
  const first = <T>(of: (plan: RunPlan) => readonly T[]) => plans.flatMap(of).slice(0, 1);
  const trial = { isTrial: true };
  for (const job of first(({ activeJobs }) => activeJobs)) await cluster.suspend(job, trial);
  for (const configMap of first(({ configMaps }) => configMaps)) await cluster.remove(configMap, trial);
  for (const job of first(({ jobs }) => jobs)) await cluster.remove(job, trial);
}

/**
 * Deletes what is left of a run. It may be killed at any step: until the last one, the run is found by a Job, and what is deleted
 * already is not missed.
 */
export async function deleteRun(plan: RunPlan, context: CleaningContext): Promise<void> {
  const { cluster, observer, interrupt } = context;
  const { activeJobs, queues, configMaps, jobs, check } = plan;
  for (const job of activeJobs) {
    interrupt.throwIfAborted();
    await cluster.suspend(job, { isTrial: false });
  }
  // A seeder would declare the queues again.
  if (activeJobs.length > 0) await podsEnded(check.run, context);
  if (queues.length > 0) await deleteQueues(await observer.session(check.run), queues, interrupt);
  for (const object of [...configMaps, ...jobs]) {
    interrupt.throwIfAborted();
    await cluster.remove(object, { isTrial: false });
  }
}

async function podsEnded(run: RunJobs, { cluster, interrupt, warn }: CleaningContext): Promise<void> {
  const end = performance.now() + STOPPING_MS;
  for (;;) {
    const pods = await cluster.pods({ labels: podsLabel(run), fields: ACTIVE });
    if (pods.length === 0) return;
    if (performance.now() > end) {
      const names = pods.map(({ metadata }) => metadata?.name).join(', ');
      warn(
        `Pods of run ${run.run} have not ended after ${STOPPING_MS / 1000} s, and are no longer waited for: ${names}`,
      );
      return;
    }
    await sleep(PAUSE_MS, interrupt);
    interrupt.throwIfAborted();
  }
}

async function deleteQueues(session: Session, queues: readonly string[], interrupt: AbortSignal): Promise<void> {
  for (const queue of queues) {
    interrupt.throwIfAborted();
    try {
      const channel = await session.channel();
      await channel.call(`delete queue ${queue}`, (c) => c.deleteQueue(queue));
      await channel.close();
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      if (error.code !== ReplyCode.NOT_FOUND) throw notDeleted(queue, error);
    }
  }
}

function notDeleted(queue: string, { message }: BrokerError): CommandError {
  return new CommandError(
    `Queue ${queue} was not deleted. The broker: ${message}. The Jobs of the run exist still: run the same command again`,
  );
}
