import type { NumberFormat } from '../../contract/item-formula';

/** Enough for any table, and no item grows without a bound. */
const MAX_DIGITS = 100;

/** printf(3) writes six digits where a format does not say how many. */
const USUAL_DECIMALS = 6;

const HINT = 'Write the number once, as %d, %04d (with zeros, 4 wide), %.2f or %06.2f, and a percent sign as %%.';

/** A format as printf(3) has it, with exactly one number. `decimals` are the digits after the point that the numbers have. */
export function numberFormat(context: string, format: string, decimals: number): NumberFormat {
  const fail = (rule: string) => new Error(`${context}: format is ${JSON.stringify(format)}; it ${rule}. ${HINT}`);
  const texts = [''];
  let number: Omit<NumberFormat, 'before' | 'after'> | undefined;
  for (const [part, zero, width, point, precision, letter] of format.matchAll(
    /%%|%(0?)([1-9]\d*)?(\.(\d*))?([df])|%|[^%]+/g,
  )) {
    if (letter === undefined) {
      if (part === '%') throw fail('has a "%" that is neither a number nor "%%"');
      texts[texts.length - 1] += part === '%%' ? '%' : part;
      continue;
    }
    if (number) throw fail('has more than one number');
    if (letter === 'd' && point !== undefined) throw fail('has a point with %d');
    if (letter === 'd' && decimals > 0) throw fail('takes whole numbers, and there are some with decimals');
    number = {
      decimals: letter === 'd' ? 0 : point === undefined ? USUAL_DECIMALS : Number(precision),
      width: Number(width ?? 0),
      fill: zero === '0' ? '0' : ' ',
    };
    if (number.decimals > MAX_DIGITS || number.width > MAX_DIGITS) throw fail(`is wider than ${MAX_DIGITS}`);
    texts.push('');
  }
  if (!number) throw fail('has no number');
  return { before: texts[0], after: texts[1], ...number };
}

/** Nothing around the number. */
export function plainFormat(decimals: number): NumberFormat {
  return { before: '', after: '', decimals, width: 0, fill: ' ' };
}
