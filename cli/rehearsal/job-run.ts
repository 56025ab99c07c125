import { ContainerName } from '../../lib/contract/containers';
import { after, sleep } from '../../lib/programs/runtime/time';
import type { Job } from '../manifest/manifest';
import { actionFor } from './failure-policy';
import { type PodEnd, PodProcess } from './pod-process';
import type { RehearsalContext } from './start-container';

/** Kubernetes' default. */
const BACKOFF_LIMIT = 6;
/** Kubernetes waits 10, 20, 40 … s after a failed pod; a rehearsal need not. */
const BACK_OFF_MS = 500;
const MAX_BACK_OFF_MS = 5000;

export interface JobEnd {
  readonly complete: boolean;
  readonly succeeded: number;
  readonly completions: number;
  /** Why the Job failed. */
  readonly reason?: string;
}

/** A small Job controller: `parallelism` pods at a time, until `completions` of them have succeeded. */
export class JobRun {
  private readonly completions: number;
  private readonly parallelism: number;
  private readonly active = new Set<PodProcess>();
  /** In an Indexed Job, which of them. */
  private readonly succeededIndexes = new Set<number>();
  /** Those that have failed more often than `backoffLimitPerIndex`. They get no more pods. */
  private readonly failedIndexes = new Set<number>();
  private readonly ofJob: Failures = { failed: 0, counted: 0 };
  private readonly ofIndexes = new Map<number, Failures>();
  /** All lower ones are over: a long list must not be searched for each pod. */
  private firstOpenIndex = 0;
  private succeeded = 0;
  private failure: string | undefined;

  constructor(
    private readonly job: Job,
    private readonly context: RehearsalContext,
  ) {
    this.completions = job.spec.completions ?? 1;
    this.parallelism = job.spec.parallelism ?? 1;
  }

  /** Rejects when the signal aborts. By then no pod runs any more. */
  async run(): Promise<JobEnd> {
    const { signal } = this.context;
    const { activeDeadlineSeconds: deadline } = this.job.spec;
    const expire = () => this.fail(`DeadlineExceeded: the Job ran longer than its activeDeadlineSeconds, ${deadline}`);
    const callOff = deadline === undefined ? undefined : after(deadline * 1000, expire);
    const abort = () => {
      this.fail('aborted');
      for (const pod of this.active) pod.kill();
    };
    signal.addEventListener('abort', abort);
    try {
      while (!signal.aborted && this.failure === undefined && this.left > 0) {
        if (this.active.size < Math.min(this.parallelism, this.left)) this.startPod();
        else await this.change();
      }
      if (this.failedIndexes.size > 0) this.fail(`FailedIndexes: ${[...this.failedIndexes].sort((a, b) => a - b)}`);
    } finally {
      callOff?.();
      await Promise.all([...this.active].map((pod) => pod.delete()));
      signal.removeEventListener('abort', abort);
    }
    signal.throwIfAborted();
    const { succeeded, completions, failure: reason } = this;
    return { complete: reason === undefined, succeeded, completions, reason };
  }

  /** How many completions are still possible and missing. */
  private get left(): number {
    return this.completions - this.succeeded - this.failedIndexes.size;
  }

  private wake: () => void = () => {};

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private fail(reason: string): void {
    this.failure ??= reason;
    this.wake();
  }

  private startPod(): void {
    const pod = new PodProcess(this.job, this.context, this.nextIndex());
    this.active.add(pod);
    pod.ended
      .then((end) => this.account(pod, end))
      .catch((error: Error) => this.fail(error.message))
      .finally(() => {
        this.active.delete(pod);
        this.wake();
      });
  }

  /** The lowest index that has neither succeeded nor failed and has no pod, as the Job controller chooses it. */
  private nextIndex(): number | undefined {
    if (this.job.spec.completionMode !== 'Indexed') return undefined;
    const running = new Set([...this.active].map(({ index }) => index));
    const isOver = (index: number) => this.succeededIndexes.has(index) || this.failedIndexes.has(index);
    while (isOver(this.firstOpenIndex)) this.firstOpenIndex++;
    let index = this.firstOpenIndex;
    while (isOver(index) || running.has(index)) index++;
    return index;
  }

  private async account(pod: PodProcess, end: PodEnd): Promise<void> {
    if (this.context.signal.aborted) return;
    const message = lastWords(end);
    if ([...end.values()].every(({ exitCode }) => exitCode === 0)) {
      this.succeeded++;
      if (pod.index !== undefined) this.succeededIndexes.add(pod.index);
      this.context.log(`${pod.name}: succeeded; ${this.succeeded} of ${this.completions} completions`);
      return;
    }
    const codes = [...end].map(([name, { exitCode }]) => `${name} ${exitCode}`).join(', ');
    const action = actionFor(end, this.job.spec.podFailurePolicy);
    if (action === 'FailJob') this.failure ??= message || `pod ${pod.name} ended with ${codes}`;
    const failed = action === 'Count' ? this.count(pod, message || codes) : this.failuresOf(pod);
    failed.failed++;
    const isLast = pod.index !== undefined && this.failedIndexes.has(pod.index);
    const place = isLast ? `index ${pod.index} gets no more pods` : 'another pod takes its place';
    const next = this.failure === undefined ? place : 'the Job fails';
    this.context.log(`${pod.name}: failed (exit codes: ${codes}); ${next}${message && `: ${message}`}`);
    if (this.failure === undefined && !isLast) {
      await sleep(Math.min(BACK_OFF_MS * 2 ** (failed.failed - 1), MAX_BACK_OFF_MS));
    }
  }

  /** Counts a failed pod against the limit that applies to it. */
  private count(pod: PodProcess, reason: string): Failures {
    const { backoffLimit, backoffLimitPerIndex } = this.job.spec;
    const failures = this.failuresOf(pod);
    failures.counted++;
    if (backoffLimitPerIndex === undefined) {
      if (failures.counted > (backoffLimit ?? BACKOFF_LIMIT)) {
        this.failure ??= `BackoffLimitExceeded, ${failures.counted} failed pods; the last: ${reason}`;
      }
    } else if (pod.index !== undefined && failures.counted > backoffLimitPerIndex) this.failedIndexes.add(pod.index);
    return failures;
  }

  /** Those of the pod's index if each has a limit and a back-off of its own, otherwise those of the Job. */
  private failuresOf({ index }: PodProcess): Failures {
    if (index === undefined || this.job.spec.backoffLimitPerIndex === undefined) return this.ofJob;
    const failures = this.ofIndexes.get(index) ?? { failed: 0, counted: 0 };
    this.ofIndexes.set(index, failures);
    return failures;
  }
}

/** How many pods have failed, and how many of them count. */
interface Failures {
  failed: number;
  counted: number;
}

/** The termination message of the pod: its worker's, or else the first one. */
function lastWords(end: PodEnd): string {
  const messages = [end.get(ContainerName.WORKER), ...end.values()].map((container) => container?.message ?? '');
  return messages.find((message) => message !== '') ?? '';
}
