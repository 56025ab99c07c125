import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { containerThatTakesItems } from '../../lib/contract/delivery';
import { EnvName, ProgramEnvName } from '../../lib/contract/environment';
import { Label } from '../../lib/contract/labels';
import { DELIVERY_LIMIT, EVENTS_BYTES } from '../../lib/contract/queues';
import type { Job, Manifest } from '../manifest/manifest';
import { manifestItems } from '../manifest/manifest-items';
import { explainBroker } from './explain-broker';
import { explainNetwork } from './explain-network';
import { explainWorker } from './explain-worker';
import type { Explanation, ItemsExplanation, QueueExplanation, RunExplanation } from './explanation';
import { type Settings, settingsOf } from './settings';

const FIRST_ITEMS = 3;

/** Kubernetes' default. */
const BACKOFF_LIMIT = 6;

/**
 * What a synthesized manifest will do.
 *
 * @throws a ManifestError if the manifest has no worker Job of this package
 */
export function explain(manifest: Manifest): Explanation {
  manifest.requireWorkers();
  return { version: 1, runs: manifest.workers.map((worker) => explainRun(manifest, worker)) };
}

function explainRun(manifest: Manifest, worker: Job): RunExplanation {
  const settings = settingsOf(worker, containerThatTakesItems(worker.object.metadata?.labels));
  const seeder = manifest.seeders.find(({ queue }) => queue === worker.queue);
  const { backoffLimit, backoffLimitPerIndex } = worker.spec;
  return {
    run: settings.text(worker.delivery ? ProgramEnvName.RUN : EnvName.RUN) ?? worker.queue,
    chart: labelsOf(worker)[Label.CHART] ?? null,
    namespace: worker.namespace ?? null,
    items: explainItems(manifest, seeder, settings),
    queue: explainQueue(worker.queue, seeder),
    broker: explainBroker(manifest, settings.text(EnvName.BROKER_URL) ?? ''),
    worker: explainWorker(worker, settings),
    failure: {
      toleratedDeadLetters: settings.number(EnvName.TOLERATED_DEAD_LETTERS) ?? 0,
      backoffLimit: backoffLimitPerIndex === undefined ? (backoffLimit ?? BACKOFF_LIMIT) : null,
      backoffLimitPerIndex: backoffLimitPerIndex ?? null,
    },
    network: explainNetwork(manifest, worker),
  };
}

function labelsOf({ spec }: Job): Readonly<Record<string, string>> {
  return spec.template.metadata?.labels ?? {};
}

function explainItems(manifest: Manifest, seeder: Job | undefined, settings: Settings): ItemsExplanation {
  if (!seeder) {
    const count = settings.number(EnvName.ITEM_COUNT) ?? 0;
    return { count, first: null, longestBytes: null, totalBytes: null };
  }
  const items = manifestItems(manifest, seeder);
  const first = Array.from({ length: Math.min(FIRST_ITEMS, items.count) }, (_, n) => items.item(n).toString());
  return {
    count: items.count,
    first,
    longestBytes: items.longestOf(items.count),
    totalBytes: items.bytesOf(items.count),
  };
}

function explainQueue(name: string, seeder: Job | undefined): QueueExplanation {
  const settings = seeder && settingsOf(seeder, ContainerName.SEEDER);
  return {
    name,
    type: settings?.text(EnvName.QUEUE_TYPE) ?? null,
    consumerTimeoutSeconds: settings?.number(EnvName.CONSUMER_TIMEOUT_SECONDS) ?? null,
    deliveryLimit: DELIVERY_LIMIT,
    eventsBytes: EVENTS_BYTES.max,
    seeder: seeder ? { job: seeder.name, deadlineSeconds: deadlineOf(seeder.spec) } : null,
  };
}

function deadlineOf({ activeDeadlineSeconds }: k8s.JobSpec): number | null {
  return activeDeadlineSeconds ?? null;
}
