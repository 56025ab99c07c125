import { printTable, SECONDS, spread, withLoad } from './report';
import { type Summary, summary } from './statistics';

/** Something that is timed: it answers how many milliseconds it took. */
export interface Contestant {
  readonly name: string;
  measure(round: number): Promise<number>;
}

/** A contestant's times, in milliseconds. */
export interface Result extends Summary {
  readonly name: string;
}

/**
 * All in turn, so that whatever else goes on on the machine meets all. Round 0 warms up and does not count.
 *
 * @param firstRound 1 where nothing is to be warmed up
 */
export async function inTurn(rounds: number, contestants: readonly Contestant[], firstRound = 0): Promise<Result[]> {
  const times = contestants.map((): number[] => []);
  for (let round = firstRound; round <= rounds; round++) {
    for (const [n, one] of contestants.entries()) {
      const milliseconds = await one.measure(round);
      console.error(`${round === 0 ? 'warm-up' : `round ${round}`}: ${one.name} ${SECONDS.of(milliseconds)} s`);
      if (round > 0) times[n].push(milliseconds);
    }
  }
  return contestants.map(({ name }, n) => ({ name, ...summary(times[n]) }));
}

/** In turn, after a warm-up; prints how they compare. */
export async function sideBySide(rounds: number, ...contestants: Contestant[]): Promise<Result[]> {
  const results = await withLoad(() => inTurn(rounds, contestants));
  printRatios(rounds, results);
  return results;
}

/** Prints each one's median with the least and the most, and the ratio of the first one's to each other's. */
export function printRatios(rounds: number, [subject, ...references]: readonly Result[]): void {
  const ratio = ({ median }: Result) => `${(subject.median / median).toFixed(2)} times as long`;
  printTable(
    ['', `median of ${rounds}`, `${subject.name} takes`],
    [
      [subject.name, spread(subject, SECONDS), ''],
      ...references.map((one) => [one.name, spread(one, SECONDS), ratio(one)]),
    ],
  );
}
