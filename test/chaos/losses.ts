/**
 * What a fault may have taken from a run inside its broker, so that no courier can have it back:
 *
 * - `items`: messages of the work queue.
 * - `expired`: messages of the work queue, which the broker has made dead letters. A quorum queue keeps one that the dead letter
 *   queue refuses, where no client sees it, and tries again after minutes.
 * - `dead letters`, `records`: all that there were.
 * - `queue`: a queue of the run, with what was in it.
 */
export type Loss = 'items' | 'expired' | 'dead letters' | 'records' | 'queue';

interface Noted {
  readonly losses: readonly Loss[];
  readonly broker?: string;
  readonly since: number;
}

interface Refusal {
  readonly broker: string;
  until: number;
}

/**
 * How long RabbitMQ waits before it publishes a refused dead letter again: its `dead_letter_worker_publisher_confirm_timeout`.
 * https://github.com/rabbitmq/rabbitmq-server/blob/v4.3.5/deps/rabbit/src/rabbit_fifo_dlx_worker.erl
 */
const TRIED_AGAIN_MS = 180_000;

/**
 * Which faults have taken something from a run. A fault is noted before it happens, and so before anything can follow from it; it
 * stays noted if nobody knows whether it happened.
 */
export class Losses {
  private readonly noted = new Map<string, Noted[]>();
  private readonly refusals: Refusal[] = [];
  private readonly deleted = new Map<string, Set<string>>();

  /** Notes a fault; returns what to call if it took nothing after all. */
  note(queueName: string, losses: readonly Loss[], broker?: string): () => void {
    const entry: Noted = { losses, broker, since: performance.now() };
    const all = this.noted.get(queueName) ?? [];
    this.noted.set(queueName, [...all, entry]);
    return () => {
      const left = this.noted.get(queueName)?.filter((one) => one !== entry) ?? [];
      this.noted.set(queueName, left);
    };
  }

  /** Notes that a queue of a run may be missing from now on. */
  noteDeleted(queueName: string, deleted: string): void {
    const queues = this.deleted.get(queueName) ?? new Set();
    this.deleted.set(queueName, queues.add(deleted));
  }

  of(queueName: string): ReadonlySet<Loss> {
    const noted = this.noted.get(queueName) ?? [];
    const isHeldBack = noted.some((entry) => entry.losses.includes('expired') && this.isRefusedSince(entry));
    return new Set([...noted.flatMap(({ losses }) => losses), ...(isHeldBack ? (['items'] as const) : [])]);
  }

  /** Notes that a broker refuses dead letters, until the function that it returns is called. */
  noteRefusal(broker: string): () => void {
    const refusal: Refusal = { broker, until: Number.POSITIVE_INFINITY };
    this.refusals.push(refusal);
    return () => {
      refusal.until = performance.now() + TRIED_AGAIN_MS;
    };
  }

  private isRefusedSince({ broker, since }: Noted): boolean {
    return this.refusals.some((refusal) => refusal.broker === broker && refusal.until > since);
  }

  /** The queues of a run that may be missing. */
  deletedOf(queueName: string): readonly string[] {
    return [...(this.deleted.get(queueName) ?? [])];
  }
}
