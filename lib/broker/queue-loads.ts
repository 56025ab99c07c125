import type { QueueType } from '../contract/queues';
import type { IBroker } from './broker';

/** What a broker has to hold for a queue, when the queue is full and when each of its items has a record in the ledger. */
export interface QueueLoad {
  /** The path of the construct. */
  readonly path: string;
  readonly queueType: QueueType;
  readonly items: number;
  /** All bodies together. */
  readonly bodyBytes: number;
  /** The names that each item and each record contain: the routing key, which is the queue's name, and the run. */
  readonly nameBytes: number;
}

/** For each broker, the loads of its queues, whatever chart the queue is in. */
const loads = new WeakMap<IBroker, (() => QueueLoad)[]>();

/** Registers a queue. Its load is read at synth, because to count the bytes of a list takes time. */
export function addQueueLoad(broker: IBroker, load: () => QueueLoad): void {
  loads.set(broker, [...(loads.get(broker) ?? []), load]);
}

/** The loads of all queues of the broker. */
export function queueLoads(broker: IBroker): QueueLoad[] {
  return (loads.get(broker) ?? []).map((load) => load());
}
