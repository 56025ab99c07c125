import type { IBroker } from './broker';

/** The queues of a broker, in whatever chart they are made, by how long a consumer may hold one message of each. */
const timeouts = new WeakMap<IBroker, (() => number)[]>();

/** A queue tells its broker the seconds that it needs. They are asked for at synth: workers that come later may need more. */
export function needConsumerTimeout(broker: IBroker, seconds: () => number): void {
  timeouts.set(broker, [...(timeouts.get(broker) ?? []), seconds]);
}

/** The longest that any queue of the broker needs, in seconds. */
export function longestConsumerTimeout(broker: IBroker, least: number): number {
  return Math.max(least, ...(timeouts.get(broker) ?? []).map((seconds) => seconds()));
}
