import type { Axis, Formula } from '../../contract/item-formula';
import { canonicalJson } from '../../manifest/canonical-json';
import { jsonValue } from '../../validation/json-value';
import { synthError } from '../../validation/synth-error';
import { NOTHING_TO_DO } from './item-limits';

export function product(context: string, axes: Readonly<Record<string, unknown>>): Formula {
  const entries = Object.entries(axes);
  for (const [name] of entries) {
    if (!/^(0|[1-9]\d*)$/.test(name)) continue;
    const rule = 'JavaScript puts such names before all others, in whatever order they are given';
    const hint = 'Begin the name with a letter, or use WorkItems.combinations.';
    throw synthError(context, `an axis is named ${JSON.stringify(name)}; ${rule}`, hint);
  }
  return combinations(
    context,
    entries.map(([name, values]) => axis(context, name, values)),
  );
}

export function combinations(context: string, axes: readonly Axis[]): Formula {
  if (axes.length === 0) {
    throw synthError(context, 'there is no axis', 'Give at least one, such as "year" with the values 2025 and 2026.');
  }
  const names = axes.map(({ name }) => name);
  for (const [n, name] of names.entries()) {
    const first = names.indexOf(name);
    if (first === n) continue;
    const problem = `axes ${first + 1} and ${n + 1} have the same name ${JSON.stringify(name)}`;
    throw synthError(context, problem, 'Rename one, or give its values to the other.');
  }
  return { kind: 'product', axes };
}

export function axis(context: string, name: string, values: unknown): Axis {
  const subject = `axis ${JSON.stringify(name)}`;
  if (!Array.isArray(values) || values.length === 0) {
    const given = Array.isArray(values)
      ? 'has no values, so there would be no items'
      : `is of type ${typeof values}, not an array`;
    throw synthError(context, `${subject} ${given}`, `Give it at least one value. ${NOTHING_TO_DO}`);
  }
  const json = (value: unknown, n: number) => canonicalJson(jsonValue(`${context}: ${subject}`, `value ${n}`, value));
  return { name, values: Array.from(values, json) };
}
