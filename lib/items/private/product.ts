import type { Axis, Formula } from '../../contract/item-formula';
import { synthError } from '../../validation/synth-error';
import { NOTHING_TO_DO } from './item-limits';

export function product(context: string, axes: Readonly<Record<string, unknown>>): Formula {
  const entries = Object.entries(axes);
  if (entries.length === 0) {
    throw synthError(context, 'there is no axis', 'Give at least one, such as { year: [2025, 2026] }.');
  }
  return { kind: 'product', axes: entries.map(([name, values]) => axis(context, name, values)) };
}

function axis(context: string, name: string, values: unknown): Axis {
  if (/^(0|[1-9]\d*)$/.test(name)) {
    const rule = 'JavaScript puts such names before all others, in whatever order they are given';
    throw synthError(context, `an axis is named ${JSON.stringify(name)}; ${rule}`, 'Begin the name with a letter.');
  }
  const subject = `axis ${JSON.stringify(name)}`;
  if (!Array.isArray(values) || values.length === 0) {
    const given = Array.isArray(values)
      ? 'has no values, so there would be no items'
      : `is of type ${typeof values}, not an array`;
    throw synthError(context, `${subject} ${given}`, `Give it at least one value. ${NOTHING_TO_DO}`);
  }
  return { name, values: Array.from(values, (value, n) => json(`${context}: ${subject}`, `value ${n}`, value)) };
}

/** Writes a value as JSON. JSON.stringify alone would leave out or replace what is not JSON, without an error. */
function json(context: string, name: string, value: unknown): string {
  requireJson(context, name, value, []);
  return JSON.stringify(value);
}

/** @param around the arrays and objects that contain the value */
function requireJson(context: string, name: string, value: unknown, around: readonly unknown[]): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (around.includes(value)) {
    throw synthError(context, `${name} contains itself, which JSON cannot express`, 'Give a copy without the cycle.');
  }
  if (Array.isArray(value)) {
    for (const one of Array.from(value)) requireJson(context, name, one, [...around, value]);
  } else if (isPlainObject(value)) {
    for (const one of Object.values(value)) requireJson(context, name, one, [...around, value]);
  } else {
    const type = typeof value === 'object' ? `an object of class ${value?.constructor?.name}` : typeof value;
    const given = typeof value === 'number' ? String(value) : type;
    const hint = 'Give strings, finite numbers, true, false, null, arrays or plain objects.';
    throw synthError(context, `${name} is or contains ${given}, which is not JSON`, hint);
  }
}

function isPlainObject(value: unknown): value is object {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
