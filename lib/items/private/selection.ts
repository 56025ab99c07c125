import { synthError } from '../../validation/synth-error';

/** The maximum number of items of a shuffle, because the seeder holds four bytes in memory for each item. */
const MAX_SHUFFLED = 2 ** 24;

export function requireShuffle(context: string, count: number, seed: number): void {
  if (!Number.isSafeInteger(seed)) {
    const problem = `the seed is ${seed}; it must be a whole number from -(2^53 - 1) to 2^53 - 1`;
    throw synthError(context, problem, 'Give any such number, for example 1.');
  }
  if (count > MAX_SHUFFLED) {
    const rule = `at most ${MAX_SHUFFLED} can be shuffled, because the seeder holds their order in memory`;
    throw synthError(context, `there are ${count} items; ${rule}`, 'Shuffle parts of the set and concat them.');
  }
}

export function requireTaken(context: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  const problem = `the count is ${count}; it must be a whole number from 0`;
  throw synthError(context, problem, 'Set it to the number of items to keep.');
}
