import { InvalidArgumentError } from 'commander';

const UNIT_SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** A time as Go writes it, `1h30m` or `90s`, in milliseconds. */
export function parseTimeLimit(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  const isWhole = parts.map(([part]) => part).join('') === text && parts.length > 0;
  if (!isWhole) throw new InvalidArgumentError('It must be a number with a unit, such as 90s, 10m or 1h30m.');
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_SECONDS[unit] * 1000, 0);
}
