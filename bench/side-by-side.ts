import { loadavg } from 'node:os';

/** Something that is timed: it answers how many milliseconds it took. */
export interface Contestant {
  readonly name: string;
  measure(round: number): Promise<number>;
}

/** A contestant's median, in milliseconds. */
export interface Result {
  readonly name: string;
  readonly median: number;
}

/**
 * All in turn, after a round that does not count, so that whatever else goes on on the machine meets all. Prints each one's
 * median with the least and the most, and the ratio of the first one's to each other's.
 */
export async function sideBySide(rounds: number, subject: Contestant, ...references: Contestant[]): Promise<Result[]> {
  const load = loadavg()[0].toFixed(2);
  const times = new Map<Contestant, number[]>([subject, ...references].map((one) => [one, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [one, measured] of times) {
      const milliseconds = await one.measure(round);
      console.error(`${round === 0 ? 'warm-up' : `round ${round}`}: ${one.name} ${seconds(milliseconds)}`);
      if (round > 0) measured.push(milliseconds);
    }
  }
  const own = median(times.get(subject) ?? []);
  for (const [one, measured] of times) {
    const range = `${seconds(Math.min(...measured))} - ${seconds(Math.max(...measured))}`;
    const ratio = one === subject ? '' : `; ratio ${(own / median(measured)).toFixed(2)}`;
    console.log(`${one.name}: median of ${rounds} ${seconds(median(measured))} (${range})${ratio}`);
  }
  console.log(`load average ${load} at the start, ${loadavg()[0].toFixed(2)} at the end`);
  return [...times].map(([{ name }, measured]) => ({ name, median: median(measured) }));
}

function median(all: number[]): number {
  const sorted = [...all].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
