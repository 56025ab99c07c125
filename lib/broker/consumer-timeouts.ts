import type { IBroker } from './broker';

/** For each broker, how long a consumer may hold one message of each of its queues, whatever chart the queue is in. */
const timeouts = new WeakMap<IBroker, (() => number)[]>();

/**
 * Registers the seconds that a queue needs. They are read at synth, because workers that are added later may need more.
 */
export function needConsumerTimeout(broker: IBroker, seconds: () => number): void {
  timeouts.set(broker, [...(timeouts.get(broker) ?? []), seconds]);
}

/** The longest time that a queue of the broker needs, in seconds, and at least `min`. */
export function longestConsumerTimeout(broker: IBroker, min: number): number {
  return Math.max(min, ...(timeouts.get(broker) ?? []).map((seconds) => seconds()));
}
