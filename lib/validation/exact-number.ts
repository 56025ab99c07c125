import { synthError } from './synth-error';

/**
 * Whether JavaScript can tell a number from its neighbours. It rounds larger ones before this package gets them. NaN and
 * Infinity are exact.
 */
export function isExact(value: number): boolean {
  return !Number.isFinite(value) || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

/** @param what what has the value, with its verb */
export function inexact(context: string, what: string, value: number, hint: string): Error {
  const problem = `${what} ${value}, which is beyond 2^53: JavaScript cannot tell it from its neighbours`;
  return synthError(context, problem, hint);
}
