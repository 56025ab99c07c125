import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import { Label } from '../../lib/contract/labels';
import { plural } from '../../lib/programs/runtime/log';
import { withFirstItems } from '../manifest/first-items';
import type { Manifest } from '../manifest/manifest';
import { ManifestError } from '../manifest/manifest-error';
import { Workspace } from '../system/workspace';
import { prepareImages } from './docker-run';
import type { Overrides } from './environment';
import { firstFailure } from './first-failure';
import { surroundingsText } from './not-imitated';
import { RehearsalBroker } from './rehearsal-broker';
import { type Rehearsal, runJobs } from './run-jobs';
import type { RehearsalContext } from './start-container';

/** How a manifest is rehearsed. */
export interface RehearsalOptions {
  readonly log: (line: string) => void;
  /** Aborted: everything ends at once. */
  readonly signal: AbortSignal;
  /** Only so many items of each list, its first ones. */
  readonly items?: number;
  /** The first attempt that fails ends the rehearsal. */
  readonly failFast?: boolean;
  /** The program runs in its image, with Docker. */
  readonly inImage?: boolean;
  /**
   * The folder in which the program runs, so that relative paths start there.
   *
   * @default - where the user stands
   */
  readonly folder?: string;
}

/**
 * Runs the seeders and the worker Jobs of a manifest as processes on this machine, over a real RabbitMQ. Rejects when the signal
 * aborts. However it ends, it leaves no process, no folder and no queue behind.
 */
export async function rehearse(given: Manifest, options: RehearsalOptions): Promise<Rehearsal> {
  const { log, signal, items, failFast = false, inImage = false, folder = process.cwd() } = options;
  requireRehearsable(given);
  const manifest = items === undefined ? given : withFirstItems(given, items);
  if (inImage) await prepareImages(workerImages(manifest), log);
  const broker = await RehearsalBroker.start(log, signal);
  const workspace = new Workspace('work-queue-rehearsal');
  try {
    log(`Broker: ${broker.description}`);
    if (items !== undefined) log(`Of each list, only the first ${plural(items, 'item')}`);
    for (const line of surroundingsText(manifest, { inImage, folder })) log(line);
    const overrides: RehearsalContext['overrides'] = ({ queue }, containerName) => ({
      ...broker.overrides(queue),
      ...(failFast && containerName === ContainerName.COURIER ? ONE_ATTEMPT : {}),
    });
    const context = { manifest, workspace, log, signal, folder, inImage, overrides };
    const queues = manifest.workers.map(({ queue }) => broker.queueName(queue));
    return await runJobs(context, failFast ? (over) => firstFailure(broker.url, queues, over) : undefined);
  } finally {
    try {
      await workspace.close();
    } finally {
      await broker.close(manifest);
    }
  }
}

const ONE_ATTEMPT: Overrides = { [EnvName.MAX_ATTEMPTS]: '1' };

/** Throws an error if a worker of the manifest would wait forever, or has no courier, or if there is none. */
export function requireRehearsable(manifest: Manifest): void {
  manifest.requireWorkers();
  for (const { name, queue, delivery } of manifest.workers) {
    if (delivery !== undefined) {
      throw new ManifestError(
        `Job ${name} has no courier (the label ${Label.DELIVERY} is ${delivery}), and a rehearsal imitates only pods with one. ` +
          'Try this manifest on a cluster',
      );
    }
    if (manifest.seeders.some((seeder) => seeder.queue === queue)) continue;
    throw new ManifestError(
      `Job ${name} works on queue ${queue}, which no Job of the manifest fills, so it would wait forever. Add its QueueSeeder`,
    );
  }
}

function workerImages(manifest: Manifest): Set<string> {
  const workers = manifest.workers.flatMap(({ pod }) =>
    pod.containers.filter(({ name }) => name === ContainerName.WORKER),
  );
  return new Set(workers.map(({ image }) => image ?? ''));
}
