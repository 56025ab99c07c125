import type { Formula } from '../../contract/item-formula';
import { inexact, isExact } from '../../validation/exact-number';
import { synthError } from '../../validation/synth-error';
import { decimalOf, unitsAt } from './decimal';
import { itemText } from './item-bytes';
import { NOTHING_TO_DO } from './item-limits';
import { numberFormat, plainFormat } from './number-format';

/** A range with both ends. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly format?: string;
}

/** The numbers of a range. `from` and `to` belong to it, as in seq(1). */
export function range(context: string, { from, to, step, format }: NumberRange): Formula {
  for (const [name, value] of Object.entries({ from, to, step })) requireExact(context, name, value);
  if (step <= 0) {
    const hint = 'The numbers are in ascending order: leave it out for a step of 1.';
    throw synthError(context, `step is ${step}; it must be more than 0`, hint);
  }
  if (from > to) throw wrongOrder(context, { from, to }, LOWER_FIRST);
  const [first, last, distance] = [from, to, step].map(decimalOf);
  const scale = Math.max(first.scale, distance.scale);
  const finest = Math.max(scale, last.scale);
  const length = unitsAt(last, finest) - unitsAt(first, finest);
  return {
    kind: 'range',
    first: String(unitsAt(first, scale)),
    step: String(unitsAt(distance, scale)),
    scale,
    count: Number(length / unitsAt(distance, finest) + 1n),
    format:
      format === undefined ? plainFormat(scale) : numberFormat(context, itemText(context, 'format', format), scale),
  };
}

export function frames(context: string, format: string, first: number, last: number): Formula {
  for (const [name, value] of Object.entries({ first, last })) {
    if (!Number.isSafeInteger(value)) {
      const problem = `${name} is ${value}; frames must have whole numbers`;
      throw synthError(context, problem, 'Use WorkItems.range for other numbers.');
    }
  }
  if (first > last) throw wrongOrder(context, { first, last }, LOWER_FIRST);
  return range(context, { from: first, to: last, step: 1, format });
}

export function keyRanges(context: string, from: number, to: number, size: number): Formula {
  for (const [name, value] of Object.entries({ from, to, size })) {
    if (!Number.isInteger(value)) {
      throw synthError(context, `${name} is ${value}; it must be a whole number`, 'Give keys as whole numbers.');
    }
    const hint = 'Use WorkItems.bigKeyRanges, which accepts it as a string of digits.';
    if (!isExact(value)) throw inexact(context, `${name} is`, value, hint);
  }
  return halfOpen(context, { from: BigInt(from), to: BigInt(to), size: BigInt(size), quoted: false });
}

export function bigKeyRanges(context: string, from: string, to: string, size: string): Formula {
  for (const [name, value] of Object.entries({ from, to, size })) {
    if (!/^(0|-?[1-9]\d*)$/.test(value)) {
      throw synthError(
        context,
        `${name} is ${JSON.stringify(value)}; it must be a whole number in decimal, such as "18446744073709551616"`,
        'Leave out plus signs, leading zeros and separators.',
      );
    }
  }
  return halfOpen(context, { from: BigInt(from), to: BigInt(to), size: BigInt(size), quoted: true });
}

function halfOpen(context: string, keys: { from: bigint; to: bigint; size: bigint; quoted: boolean }): Formula {
  const { from, to, size, quoted } = keys;
  if (size <= 0n) {
    throw synthError(context, `size is ${size}; it must be more than 0`, 'Set it to the number of keys of an item.');
  }
  if (from > to) {
    throw wrongOrder(context, { from, to }, 'Swap them; for no keys at all, make them equal and set allowEmpty.');
  }
  return { kind: 'keyRanges', from: String(from), to: String(to), size: String(size), quoted };
}

const LOWER_FIRST = `Put the lower one first. ${NOTHING_TO_DO}`;

function wrongOrder(context: string, ends: Record<string, number | bigint>, hint: string): Error {
  const [[low, start], [high, end]] = Object.entries(ends);
  return synthError(context, `${low} is ${start} and ${high} is ${end}; ${low} must not be above ${high}`, hint);
}

function requireExact(context: string, name: string, value: number): void {
  if (!Number.isFinite(value)) {
    throw synthError(context, `${name} is ${value}; it must be a number`, 'Check where it comes from.');
  }
  if (!isExact(value)) throw inexact(context, `${name} is`, value, 'Use WorkItems.bigKeyRanges for such numbers.');
}
