import type { Axis, Formula } from '../../contract/item-formula';
import { NOTHING_TO_DO } from './item-limits';

export function product(context: string, axes: Readonly<Record<string, unknown>>): Formula {
  const entries = Object.entries(axes);
  if (entries.length === 0) {
    throw new Error(`${context}: there is no axis. Give at least one, such as { year: [2025, 2026] }.`);
  }
  return { kind: 'product', axes: entries.map(([name, values]) => axis(context, name, values)) };
}

function axis(context: string, name: string, values: unknown): Axis {
  if (/^(0|[1-9]\d*)$/.test(name)) {
    throw new Error(
      `${context}: an axis is named ${JSON.stringify(name)}; JavaScript puts such names before all others, whatever the order in ` +
        'which they are written. Begin the name with a letter.',
    );
  }
  const called = `${context}: axis ${JSON.stringify(name)}`;
  if (!Array.isArray(values) || values.length === 0) {
    const given = Array.isArray(values)
      ? 'has no values, so there would be no items'
      : `is ${typeof values}, not an array`;
    throw new Error(`${called} ${given}. Give it at least one value. ${NOTHING_TO_DO}`);
  }
  return { name, values: Array.from(values, (value, n) => json(`${called}: value ${n}`, value)) };
}

/** JSON.stringify leaves out or replaces what is not JSON without a word. */
function json(context: string, value: unknown): string {
  requireJson(context, value, []);
  return JSON.stringify(value);
}

function requireJson(context: string, value: unknown, around: readonly unknown[]): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (around.includes(value)) throw new Error(`${context} holds itself, which JSON cannot. Give a copy without it.`);
  if (Array.isArray(value)) {
    for (const one of Array.from(value)) requireJson(context, one, [...around, value]);
  } else if (isPlainObject(value)) {
    for (const one of Object.values(value)) requireJson(context, one, [...around, value]);
  } else {
    const type = typeof value === 'object' ? `an object of class ${value?.constructor?.name}` : typeof value;
    const given = typeof value === 'number' ? String(value) : type;
    throw new Error(
      `${context} is or holds ${given}, which is not JSON. Give texts, finite numbers, true, false, null, arrays or plain objects.`,
    );
  }
}

function isPlainObject(value: unknown): value is object {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
