import { once } from 'node:events';
import { sleep } from '../runtime/time';

/** The kubelet sends SIGTERM to the two containers of a pod at the same time, more or less. */
const OWN_SIGNAL_MS = 3000;

/** What it means if the courier gets no SIGTERM within that time after the worker's container got one. */
export const ONLY_WORKER_SIGNALLED =
  "only the worker's container got a SIGTERM: does the program send signals to process 1?";

/** The graceful shutdown of a pod, as its courier learns of it: by its own SIGTERM, or earlier by that of the worker. */
export class PodShutdown {
  /** Aborts when the pod, or only the worker's container, is terminated. */
  readonly signal: AbortSignal;
  private waited: Promise<unknown> | undefined;

  constructor(
    private readonly own: AbortSignal,
    worker: AbortSignal,
  ) {
    this.signal = AbortSignal.any([own, worker]);
  }

  /**
   * False if only the worker's container was terminated, or died. The courier may notice that before it gets its own SIGTERM, so
   * the first call waits for that for a while.
   */
  async isOfWholePod(): Promise<boolean> {
    this.waited ??= sleep(OWN_SIGNAL_MS, this.own);
    await this.waited;
    return this.own.aborted;
  }

  /** Resolves so many milliseconds after the courier's own SIGTERM: the kubelet measures its grace period from there. */
  async over(milliseconds: number): Promise<void> {
    if (!this.own.aborted) await once(this.own, 'abort');
    await sleep(milliseconds);
  }
}
