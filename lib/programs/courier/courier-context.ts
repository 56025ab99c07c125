import type { BrokerAddress } from '../amqp/broker-address';
import type { PublishingConnection } from '../amqp/publishing-connection';
import type { RunEvents } from '../events/run-events';
import type { RunItems } from '../ledger/run-items';
import type { RetryDeadline } from '../runtime/retry-deadline';
import type { RunSettings } from './item-run';
import type { PodShutdown } from './pod-shutdown';
import type { PodShare, Tally } from './tally';
import type { WorkerLink } from './worker-link';

export interface CourierSettings extends RunSettings, RunItems, PodShare {
  readonly broker: BrokerAddress;
  /** The folder of the shared volume. */
  readonly sharedFolder: string;
  readonly toleratedDeadLetters: number;
  /** The age from which the pod takes no more items. Infinite if it may always take one. */
  readonly maxPodMs: number;
  /** The part of the pod's grace period after which the courier ends, whatever it waits for. */
  readonly courierGraceMs: number;
  readonly pod: string;
  readonly node: string;
}

/** What a courier has for its whole life, over whatever connection. */
export interface CourierContext {
  readonly settings: CourierSettings;
  readonly worker: WorkerLink;
  readonly publishing: PublishingConnection;
  readonly events: RunEvents;
  readonly tally: Tally;
  readonly deadline: RetryDeadline;
  readonly podShutdown: PodShutdown;
  /** The signal of `podShutdown`: aborts when the pod, or only the worker's container, is terminated. */
  readonly shutdown: AbortSignal;
}
