import type { Formula } from '../../contract/item-formula';
import { decimalOf, unitsAt } from './decimal';
import { itemText } from './item-bytes';
import { NOTHING_TO_DO } from './item-limits';
import { numberFormat, plainFormat } from './number-format';

/** From and to are among them, as seq(1) has it. */
export function range(where: string, from: number, to: number, step: number, format?: string): Formula {
  for (const [name, value] of Object.entries({ from, to, step })) requireExact(where, name, value);
  if (step <= 0)
    throw new Error(`${where}: step is ${step}; it must be more than 0. The numbers go up: leave it out for 1.`);
  if (from > to) throw order(where, { from, to }, `The lower one comes first. ${NOTHING_TO_DO}`);
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
      format === undefined ? plainFormat(scale) : numberFormat(where, itemText(`${where}: format`, format), scale),
  };
}

export function frames(where: string, format: string, first: number, last: number): Formula {
  for (const [name, value] of Object.entries({ first, last })) {
    if (!Number.isSafeInteger(value)) {
      throw new Error(`${where}: ${name} is ${value}; frames have whole numbers. Use WorkItems.range for others.`);
    }
  }
  if (first > last) throw order(where, { first, last }, `The lower one comes first. ${NOTHING_TO_DO}`);
  return range(where, first, last, 1, format);
}

export function keyRanges(where: string, from: number, to: number, size: number): Formula {
  for (const [name, value] of Object.entries({ from, to, size })) {
    if (!Number.isInteger(value)) {
      throw new Error(`${where}: ${name} is ${value}; it must be a whole number. Keys are counted.`);
    }
    if (!Number.isSafeInteger(value)) {
      throw new Error(
        `${where}: ${name} is ${value}, which is beyond 2^53: JavaScript cannot tell it from its neighbours. Use ` +
          'WorkItems.bigKeyRanges, which takes it as a text of digits.',
      );
    }
  }
  return halfOpen(where, { from: BigInt(from), to: BigInt(to), size: BigInt(size), quoted: false });
}

export function bigKeyRanges(where: string, from: string, to: string, size: string): Formula {
  for (const [name, value] of Object.entries({ from, to, size })) {
    if (!/^(0|-?[1-9]\d*)$/.test(value)) {
      throw new Error(
        `${where}: ${name} is ${JSON.stringify(value)}; it must be a whole number in decimal, such as "18446744073709551616". ` +
          'Leave out signs like "+", zeros in front and separators.',
      );
    }
  }
  return halfOpen(where, { from: BigInt(from), to: BigInt(to), size: BigInt(size), quoted: true });
}

function halfOpen(where: string, keys: { from: bigint; to: bigint; size: bigint; quoted: boolean }): Formula {
  const { from, to, size, quoted } = keys;
  if (size <= 0n)
    throw new Error(`${where}: size is ${size}; it must be more than 0. It says how many keys an item has.`);
  if (from > to) throw order(where, { from, to }, 'Swap them; for no keys at all let them be equal, with allowEmpty.');
  return { kind: 'keyRanges', from: String(from), to: String(to), size: String(size), quoted };
}

function order(where: string, ends: Record<string, number | bigint>, cure: string): Error {
  const [[low, least], [high, most]] = Object.entries(ends);
  return new Error(`${where}: ${low} is ${least} and ${high} is ${most}; ${low} must not be above ${high}. ${cure}`);
}

function requireExact(where: string, name: string, value: number): void {
  if (!Number.isFinite(value))
    throw new Error(`${where}: ${name} is ${value}; it must be a number. Check where it comes from.`);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw new Error(
      `${where}: ${name} is ${value}, which is beyond 2^53: JavaScript cannot tell it from its neighbours. Use ` +
        'WorkItems.bigKeyRanges for such numbers.',
    );
  }
}
