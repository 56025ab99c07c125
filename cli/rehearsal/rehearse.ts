import { randomBytes } from 'node:crypto';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import { relatedQueues } from '../../lib/contract/queues';
import { sleep } from '../../lib/programs/runtime/time';
import { login } from '../local-broker/amqp';
import { type Broker, startBroker } from '../local-broker/broker';
import { Workspace } from '../system/workspace';
import type { Overrides } from './environment';
import { type JobEnd, JobRun } from './job-run';
import type { Job, Manifest } from './manifest';
import type { RehearsalContext } from './pod-process';

export interface Rehearsal {
  /** Whether all worker Jobs are complete. */
  readonly complete: boolean;
  /** How it ended, in a sentence. */
  readonly verdict: string;
}

/**
 * Runs the seeders and the worker Jobs of a manifest as processes on this machine, over a real RabbitMQ. Rejects when the signal
 * aborts. However it ends, it leaves no process, no folder and no queue behind.
 */
export async function rehearse(
  manifest: Manifest,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<Rehearsal> {
  const broker = await brokerUnlessAborted(signal, log);
  const workspace = new Workspace('work-queue-rehearsal');
  const queueSuffix = !broker.foreign ? '' : `-rehearsal-${randomBytes(4).toString('hex')}`;
  try {
    log(`Broker: ${broker.description}`);
    for (const image of workerImages(manifest)) {
      log(`The program runs with what is installed on this machine, not in its image ${image}`);
    }
    return await runJobs(manifest, { manifest, workspace, log, signal, overrides: overridesFor(broker, queueSuffix) });
  } finally {
    try {
      await workspace.close();
      if (broker.foreign) await deleteQueues(broker, manifest, queueSuffix);
    } finally {
      await broker.stop();
    }
  }
}

async function runJobs(manifest: Manifest, context: RehearsalContext): Promise<Rehearsal> {
  const start = Date.now();
  const stop = new AbortController();
  const abort = () => stop.abort(context.signal.reason);
  if (context.signal.aborted) abort();
  context.signal.addEventListener('abort', abort);
  const run = (job: Job) => new JobRun(job, { ...context, signal: stop.signal }).run();
  const seed = async (job: Job) => {
    const { complete, reason } = await run(job);
    // Workers would wait for the seeder forever.
    if (!complete) stop.abort(new SeederFailed(`Job ${job.name}: ${reason}`));
  };
  // All at once, as `kubectl apply` does. A Job that rejects (a volume that cannot be) ends the others.
  const giveUp = (error: unknown) => stop.abort(error);
  const seeding = manifest.seeders.map((job) => seed(job).catch(giveUp));
  const working = manifest.workers.map((job) => run(job).catch(giveUp));
  try {
    await Promise.all(seeding);
    const ends = (await Promise.all(working)).filter((end) => end !== undefined);
    stop.signal.throwIfAborted();
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    const verdicts = ends.map((end) => verdict(end, seconds));
    return { complete: ends.every(({ complete }) => complete), verdict: verdicts.join('\n') };
  } catch (error) {
    if (!(error instanceof SeederFailed)) throw error;
    return { complete: false, verdict: `Failed: ${error.message}` };
  } finally {
    context.signal.removeEventListener('abort', abort);
  }
}

class SeederFailed extends Error {}

function verdict({ complete, succeeded, completions, reason }: JobEnd, seconds: string): string {
  const count = `${succeeded} of ${completions} completions`;
  if (complete) return `Complete: ${count} in ${seconds} s`;
  // A shell ends with these if a program is missing or is not for this machine.
  const hint = /exit 12[67]\b/.test(reason ?? '')
    ? '\nIs the program installed on this machine too? A rehearsal does not use the image.'
    : '';
  return `Failed: ${reason} (${count}, ${seconds} s)${hint}`;
}

function overridesFor(broker: Broker, queueSuffix: string): (job: Job) => Overrides {
  const url = new URL(broker.url);
  // Named, because without a user in the URL the programs would look for a Secret.
  if (!url.username) [url.username, url.password] = ['guest', 'guest'];
  return ({ queue }) => ({
    [EnvName.BROKER_URL]: url.href,
    [EnvName.QUEUE]: `${queue}${queueSuffix}`,
    [EnvName.SERVICE_ACCOUNT_DIR]: '',
  });
}

function workerImages(manifest: Manifest): Set<string> {
  const workers = manifest.workers.flatMap(({ pod }) =>
    pod.containers.filter(({ name }) => name === ContainerName.WORKER),
  );
  return new Set(workers.map(({ image }) => image ?? ''));
}

/** A foreign broker must keep no queues of the rehearsal. */
async function deleteQueues(broker: Broker, manifest: Manifest, suffix: string): Promise<void> {
  const names = manifest.seeders.map(({ queue }) => `${queue}${suffix}`);
  for (let tries = 1; ; tries++) {
    try {
      const session = await login(broker.url, 20_000);
      for (const name of names) {
        for (const each of [name, ...Object.values(relatedQueues(name))]) await session.deleteQueue(each);
      }
      await session.close();
      return;
    } catch (error) {
      // The broker may not have noticed yet that the owner of an exclusive queue has died.
      if (tries === 5)
        throw new Error(
          `these queues are left on the broker; delete them there: ${names.join(', ')} (${(error as Error).message})`,
        );
      await sleep(1000);
    }
  }
}

async function brokerUnlessAborted(signal: AbortSignal, log: (line: string) => void): Promise<Broker> {
  signal.throwIfAborted();
  const starting = startBroker(log);
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason);
      starting.then((broker) => broker.stop()).catch(() => {});
    };
    signal.addEventListener('abort', abort, { once: true });
    starting.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
