/** A shuffle holds four bytes for each item in the seeder's memory. */
const MAX_SHUFFLED = 2 ** 24;

export function requireShuffle(context: string, count: number, seed: number): void {
  if (!Number.isSafeInteger(seed)) {
    throw new Error(
      `${context}: the seed is ${seed}; it must be a whole number of at most 2^53 - 1. Any will do, such as 1.`,
    );
  }
  if (count > MAX_SHUFFLED) {
    throw new Error(
      `${context}: there are ${count} items; at most ${MAX_SHUFFLED} can be shuffled, as the seeder holds their order in ` +
        'memory. Shuffle parts and concat them.',
    );
  }
}

export function requireTaken(context: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new Error(
    `${context}: the count is ${count}; it must be a whole number from 0. It says how many items are left.`,
  );
}
