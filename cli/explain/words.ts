import { duration, plural } from '../../lib/programs/runtime/log';
import type { Resources } from './explanation';

const WIDTH = 100;

/** Breaks lines between words. The lines after the first one are indented, and the first one has an indent already. */
export function wrapped(text: string, indent: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    if (lines[last] === '') lines[last] = word;
    else if (lines[last].length + 1 + word.length <= WIDTH - indent) lines[last] += ` ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

export function requests({ cpuRequest, memoryRequestBytes }: Resources): string {
  return `${cpuRequest} CPU and ${size(memoryRequestBytes)} of memory`;
}

export function limits({ cpuLimit, memoryLimitBytes }: Resources): string {
  if (memoryLimitBytes === null && cpuLimit === null) return 'all memory and CPU of its machine';
  const memory = memoryLimitBytes === null ? 'all memory of its machine' : `${size(memoryLimitBytes)} of memory`;
  const cpu = cpuLimit === null ? 'all CPU of its machine' : `${cpuLimit} CPU`;
  return `${memory} and ${cpu}`;
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const DAY_SECONDS = 86_400;

export function time(seconds: number): string {
  if (seconds >= 2 * DAY_SECONDS && seconds % DAY_SECONDS === 0) return plural(seconds / DAY_SECONDS, 'day');
  return duration(seconds * 1000);
}

export function items(count: number): string {
  return plural(count, 'item');
}

export function pods(count: number): string {
  return plural(count, 'pod');
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `6 bytes`, `1.5 KiB`, `16 MiB` */
export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  if (unit === 0) return plural(bytes, 'byte');
  return `${Math.round(value * 10) / 10} ${UNITS[unit]}`;
}

/** A word as it can be typed in a shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
