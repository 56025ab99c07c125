import { inexact, isExact } from './exact-number';
import { synthError } from './synth-error';

/**
 * Requires that a value is JSON. JSON.stringify would leave out or replace what is not JSON, without an error.
 *
 * @param name what an error calls the value
 * @returns a copy, in which `undefined` is null: the null of Python, Java and Go arrives as `undefined`
 */
export function jsonValue(context: string, name: string, value: unknown): unknown {
  return copyOf(context, name, value, []);
}

/**
 * Requires that all numbers in a value are exact. The value may also contain what is not JSON, such as values that
 * cdk8s resolves at synth.
 */
export function requireExactNumbers(context: string, name: string, value: unknown): void {
  const follow = (one: unknown, around: readonly unknown[]): void => {
    if (typeof one === 'number') requireExact(context, name, one);
    if (around.includes(one) || !(Array.isArray(one) || isPlainObject(one))) return;
    for (const inner of Object.values(one)) follow(inner, [...around, one]);
  };
  follow(value, []);
}

/** @param around the arrays and objects that contain the value */
function copyOf(context: string, name: string, value: unknown, around: readonly unknown[]): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) {
    requireExact(context, name, value);
    return value;
  }
  if (around.includes(value)) {
    throw synthError(context, `${name} contains itself, which JSON cannot express`, 'Give a copy without the cycle.');
  }
  const inner = (one: unknown) => copyOf(context, name, one, [...around, value]);
  // Not `map`, which skips what is missing.
  if (Array.isArray(value)) return Array.from(value, inner);
  if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(one)]));
  const type = typeof value === 'object' ? `an object of class ${value.constructor?.name}` : typeof value;
  const given = typeof value === 'number' ? String(value) : type;
  const hint = 'Give strings, finite numbers, true, false, null, arrays or plain objects.';
  throw synthError(context, `${name} is or contains ${given}, which is not JSON`, hint);
}

function requireExact(context: string, name: string, value: number): void {
  if (!isExact(value)) throw inexact(context, `${name} is or contains`, value, 'Give it as a string.');
}

function isPlainObject(value: unknown): value is object {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
