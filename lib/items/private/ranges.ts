import type { Formula } from '../../contract/item-formula';
import { decimalOf, unitsAt } from './decimal';
import { itemText } from './item-bytes';
import { NOTHING_TO_DO } from './item-limits';
import { numberFormat, plainFormat } from './number-format';

/** From and to are among them, as seq(1) has it. */
export function range(context: string, from: number, to: number, step: number, format?: string): Formula {
  for (const [name, value] of Object.entries({ from, to, step })) requireExact(context, name, value);
  if (step <= 0)
    throw new Error(`${context}: step is ${step}; it must be more than 0. The numbers go up: leave it out for 1.`);
  if (from > to) throw order(context, { from, to }, `The lower one comes first. ${NOTHING_TO_DO}`);
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
      format === undefined ? plainFormat(scale) : numberFormat(context, itemText(`${context}: format`, format), scale),
  };
}

export function frames(context: string, format: string, first: number, last: number): Formula {
  for (const [name, value] of Object.entries({ first, last })) {
    if (!Number.isSafeInteger(value)) {
      throw new Error(`${context}: ${name} is ${value}; frames have whole numbers. Use WorkItems.range for others.`);
    }
  }
  if (first > last) throw order(context, { first, last }, `The lower one comes first. ${NOTHING_TO_DO}`);
  return range(context, first, last, 1, format);
}

export function keyRanges(context: string, from: number, to: number, size: number): Formula {
  for (const [name, value] of Object.entries({ from, to, size })) {
    if (!Number.isInteger(value)) {
      throw new Error(`${context}: ${name} is ${value}; it must be a whole number. Keys are counted.`);
    }
    if (!Number.isSafeInteger(value)) {
      throw new Error(
        `${context}: ${name} is ${value}, which is beyond 2^53: JavaScript cannot tell it from its neighbours. Use ` +
          'WorkItems.bigKeyRanges, which takes it as a text of digits.',
      );
    }
  }
  return halfOpen(context, { from: BigInt(from), to: BigInt(to), size: BigInt(size), quoted: false });
}

export function bigKeyRanges(context: string, from: string, to: string, size: string): Formula {
  for (const [name, value] of Object.entries({ from, to, size })) {
    if (!/^(0|-?[1-9]\d*)$/.test(value)) {
      throw new Error(
        `${context}: ${name} is ${JSON.stringify(value)}; it must be a whole number in decimal, such as "18446744073709551616". ` +
          'Leave out signs like "+", zeros in front and separators.',
      );
    }
  }
  return halfOpen(context, { from: BigInt(from), to: BigInt(to), size: BigInt(size), quoted: true });
}

function halfOpen(context: string, keys: { from: bigint; to: bigint; size: bigint; quoted: boolean }): Formula {
  const { from, to, size, quoted } = keys;
  if (size <= 0n)
    throw new Error(`${context}: size is ${size}; it must be more than 0. It says how many keys an item has.`);
  if (from > to)
    throw order(context, { from, to }, 'Swap them; for no keys at all let them be equal, with allowEmpty.');
  return { kind: 'keyRanges', from: String(from), to: String(to), size: String(size), quoted };
}

function order(context: string, ends: Record<string, number | bigint>, hint: string): Error {
  const [[low, least], [high, most]] = Object.entries(ends);
  return new Error(`${context}: ${low} is ${least} and ${high} is ${most}; ${low} must not be above ${high}. ${hint}`);
}

function requireExact(context: string, name: string, value: number): void {
  if (!Number.isFinite(value))
    throw new Error(`${context}: ${name} is ${value}; it must be a number. Check where it comes from.`);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw new Error(
      `${context}: ${name} is ${value}, which is beyond 2^53: JavaScript cannot tell it from its neighbours. Use ` +
        'WorkItems.bigKeyRanges for such numbers.',
    );
  }
}
