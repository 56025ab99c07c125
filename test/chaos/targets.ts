import { type AnySynthesizedRun, type Json, SynthesizedPoolRun } from '../../tools/synthesized-run';

/**
 * How often an index of a pool may have failed before its pod is none to lose any more. The index then has waited 10 + 20 + 40 +
 * 80 s, and nothing makes these waits shorter again.
 */
const MAX_FAILURES_PER_INDEX = 4;

/** Kubernetes counts the failed pods of an index in its next pod, if the Job has a limit per index: those of pools have. */
const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** A pod whose containers run. */
export interface Target {
  readonly pod: string;
  /** The Job that it belongs to; a broker belongs to none. */
  readonly job?: string;
  /** In a pool: how many pods of its index have failed before, whether they count or not. */
  readonly failures?: number;
  /** The identifiers of the containers that run, by their names. */
  readonly containers: Readonly<Record<string, string>>;
}

/** What there is to hit. While the API server does not answer, it is what was there before. */
export class Targets {
  /** The runs that have not ended. */
  readonly runs = new Set<AnySynthesizedRun>();
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

  /** The pools among the runs. */
  get pools(): SynthesizedPoolRun[] {
    return [...this.runs].filter((run) => run instanceof SynthesizedPoolRun);
  }

  /** The runs that are no pools. */
  get jobs(): AnySynthesizedRun[] {
    return [...this.runs].filter((run) => !(run instanceof SynthesizedPoolRun));
  }

  /**
   * Workers whose end keeps nothing waiting for long.
   *
   * In a Job, those that had a pod succeed since they were last {@link hit}. The Job controller waits after pods that fail, 10 s,
   * 20 s and so on up to 10 minutes, until one succeeds: a Job whose pods are all killed one after the other does nothing else any
   * more.
   *
   * In a pool each index waits by itself. No pod succeeds before the end of the run, so the wait only ever grows, whatever the
   * index has done meanwhile. Therefore there is a bound for its whole life: the index has failed a few times and no more.
   */
  get workersToLose(): Target[] {
    return this.workers.filter(({ job = '', failures }) =>
      failures === undefined ? this.succeeded(job) > (this.hits.get(job) ?? -1) : failures < MAX_FAILURES_PER_INDEX,
    );
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

function failures({ metadata }: Json): Pick<Target, 'failures'> {
  const { [FAILURES]: counted, [IGNORED_FAILURES]: ignored = '0' } = metadata.annotations ?? {};
  return counted === undefined ? {} : { failures: Number(counted) + Number(ignored) };
}

function target(pod: Json): Target {
  const { metadata, status } = pod;
  const running = (status.containerStatuses ?? []).filter(({ state }: Json) => state.running);
  return {
    pod: metadata.name,
    job: jobOf(pod),
    ...failures(pod),
    containers: Object.fromEntries(
      running.map(({ name, containerID }: Json) => [name, containerID.replace(/^.*:\/\//, '')]),
    ),
  };
}
