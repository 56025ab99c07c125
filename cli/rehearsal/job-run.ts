import { ContainerName } from '../../lib/contract/containers';
import { after, sleep } from '../../lib/programs/runtime/time';
import { actionFor } from './failure-policy';
import type { Job } from './manifest';
import { type PodEnd, PodProcess, type RehearsalContext } from './pod-process';

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
  private succeeded = 0;
  private counted = 0;
  private failed = 0;
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
      while (!signal.aborted && this.failure === undefined && this.succeeded < this.completions) {
        if (this.active.size < Math.min(this.parallelism, this.completions - this.succeeded)) this.startPod();
        else await this.change();
      }
    } finally {
      callOff?.();
      await Promise.all([...this.active].map((pod) => pod.delete()));
      signal.removeEventListener('abort', abort);
    }
    signal.throwIfAborted();
    const { succeeded, completions, failure: reason } = this;
    return { complete: reason === undefined, succeeded, completions, reason };
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
    const pod = new PodProcess(this.job, this.context);
    this.active.add(pod);
    pod.ended
      .then((end) => this.account(pod, end))
      .catch((error: Error) => this.fail(error.message))
      .finally(() => {
        this.active.delete(pod);
        this.wake();
      });
  }

  private async account(pod: PodProcess, end: PodEnd): Promise<void> {
    if (this.context.signal.aborted) return;
    const message = lastWords(end);
    if ([...end.values()].every(({ exitCode }) => exitCode === 0)) {
      this.succeeded++;
      this.context.log(`${pod.name}: succeeded; ${this.succeeded} of ${this.completions} completions`);
      return;
    }
    const codes = [...end].map(([name, { exitCode }]) => `${name} ${exitCode}`).join(', ');
    const action = actionFor(end, this.job.spec.podFailurePolicy);
    const limit = this.job.spec.backoffLimit ?? BACKOFF_LIMIT;
    this.failed++;
    if (action === 'FailJob') this.failure ??= message || `pod ${pod.name} ended with ${codes}`;
    if (action === 'Count' && ++this.counted > limit) {
      this.failure ??= `BackoffLimitExceeded, ${this.counted} failed pods; the last: ${message || codes}`;
    }
    const next = this.failure === undefined ? 'another pod takes its place' : 'the Job fails';
    this.context.log(`${pod.name}: failed (exit codes: ${codes}); ${next}${message && `: ${message}`}`);
    if (this.failure === undefined) {
      await sleep(Math.min(BACK_OFF_MS * 2 ** (this.failed - 1), MAX_BACK_OFF_MS));
    }
  }
}

/** The termination message of the pod: its worker's, or else the first one. */
function lastWords(end: PodEnd): string {
  const messages = [end.get(ContainerName.WORKER), ...end.values()].map((container) => container?.message ?? '');
  return messages.find((message) => message !== '') ?? '';
}
