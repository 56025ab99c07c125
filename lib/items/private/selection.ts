/** A shuffle holds four bytes for each item in the seeder's memory. */
const MOST_SHUFFLED = 2 ** 24;

export function requireShuffle(where: string, count: number, seed: number): void {
  if (!Number.isSafeInteger(seed)) {
    throw new Error(
      `${where}: the seed is ${seed}; it must be a whole number of at most 2^53 - 1. Any will do, such as 1.`,
    );
  }
  if (count > MOST_SHUFFLED) {
    throw new Error(
      `${where}: there are ${count} items; at most ${MOST_SHUFFLED} can be shuffled, as the seeder holds their order in ` +
        'memory. Shuffle parts and concat them.',
    );
  }
}

export function requireTaken(where: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new Error(
    `${where}: the count is ${count}; it must be a whole number from 0. It says how many items are left.`,
  );
}
