import type { Json, SynthesizedRun } from '../../tools/synthesized-run';

/** A pod whose containers run. */
export interface Target {
  readonly pod: string;
  /** The Job that it belongs to; a broker belongs to none. */
  readonly job?: string;
  /** The identifiers of the containers that run, by their names. */
  readonly containers: Readonly<Record<string, string>>;
}

/** What there is to hit. While the API server does not answer, it is what was there before. */
export class Targets {
  /** The runs that have not ended. */
  readonly runs = new Set<SynthesizedRun>();
  /** How many pods of a Job had succeeded when it was last hit. */
  private readonly hits = new Map<string, number>();

  /** @param pods those of a namespace, as they are now */
  constructor(private readonly pods: { readonly all: Json[]; stop(): void }) {}

  close(): void {
    this.pods.stop();
  }

  /** The pods in which a courier runs. */
  get workers(): Target[] {
    return this.running('courier');
  }

  /**
   * Workers of Jobs that had a pod succeed since they were last {@link hit}. The Job controller waits after pods that fail,
   * 10 s, 20 s and so on up to 10 minutes, until one succeeds: a Job whose pods are all killed one after the other does
   * nothing else any more.
   */
  get workersToLose(): Target[] {
    return this.workers.filter(({ job = '' }) => this.succeeded(job) > (this.hits.get(job) ?? -1));
  }

  /** These pods will likely fail. */
  hit(targets: readonly Target[]): void {
    for (const { job } of targets) if (job !== undefined) this.hits.set(job, this.succeeded(job));
  }

  get brokers(): Target[] {
    return this.running('rabbitmq');
  }

  private succeeded(job: string): number {
    return this.pods.all.filter((pod) => jobOf(pod) === job && pod.status.phase === 'Succeeded').length;
  }

  private running(container: string): Target[] {
    return this.pods.all.map(target).filter(({ containers }) => container in containers);
  }
}

function jobOf({ metadata }: Json): string | undefined {
  return metadata.labels?.['batch.kubernetes.io/job-name'];
}

function target(pod: Json): Target {
  const { metadata, status } = pod;
  const running = (status.containerStatuses ?? []).filter(({ state }: Json) => state.running);
  return {
    pod: metadata.name,
    job: jobOf(pod),
    containers: Object.fromEntries(
      running.map(({ name, containerID }: Json) => [name, containerID.replace(/^.*:\/\//, '')]),
    ),
  };
}
