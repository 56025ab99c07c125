import { loadavg } from 'node:os';

/** Something that is timed: it answers how many milliseconds it took. */
export interface Contestant {
  readonly name: string;
  measure(round: number): Promise<number>;
}

/**
 * Both in turn, after a round that does not count, so that whatever else goes on on the machine meets both. Prints each
 * one's median with the least and the most, and the ratio of the medians.
 */
export async function sideBySide(subject: Contestant, reference: Contestant, rounds: number): Promise<void> {
  const load = loadavg()[0].toFixed(2);
  const times: Record<string, number[]> = { [subject.name]: [], [reference.name]: [] };
  for (let round = 0; round <= rounds; round++) {
    for (const one of [subject, reference]) {
      const milliseconds = await one.measure(round);
      console.error(`${round === 0 ? 'warm-up' : `round ${round}`}: ${one.name} ${seconds(milliseconds)}`);
      if (round > 0) times[one.name].push(milliseconds);
    }
  }
  for (const [name, all] of Object.entries(times)) {
    const range = `${seconds(Math.min(...all))} - ${seconds(Math.max(...all))}`;
    console.log(`${name}: median of ${all.length}: ${seconds(median(all))} (${range})`);
  }
  const ratio = median(times[subject.name]) / median(times[reference.name]);
  console.log(`ratio ${ratio.toFixed(2)}; load at the start ${load}, at the end ${loadavg()[0].toFixed(2)}`);
}

function median(all: number[]): number {
  const sorted = [...all].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
