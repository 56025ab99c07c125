import type { BrokerAddress } from '../amqp/broker-address';
import type { RetryDeadline } from '../runtime/retry-deadline';
import type { CopyPublisher } from './copy-publisher';
import type { RunSettings } from './item-run';
import type { PodShutdown } from './pod-shutdown';
import type { RunItems } from './run-items';
import type { Tally } from './tally';
import type { WorkerLink } from './worker-link';

export interface CourierSettings extends RunSettings, RunItems {
  readonly broker: BrokerAddress;
  /** The folder of the shared volume. */
  readonly sharedFolder: string;
  readonly itemsPerPod: number;
  readonly toleratedDeadLetters: number;
  /** The part of the pod's grace period after which the courier ends, whatever it waits for. */
  readonly courierGraceMs: number;
  readonly pod: string;
}

/** What a courier has for its whole life, over whatever connection. */
export interface CourierContext {
  readonly settings: CourierSettings;
  readonly worker: WorkerLink;
  readonly copies: CopyPublisher;
  readonly tally: Tally;
  readonly deadline: RetryDeadline;
  readonly podShutdown: PodShutdown;
  /** The signal of `podShutdown`: aborts when the pod, or only the worker's container, is terminated. */
  readonly shutdown: AbortSignal;
}
