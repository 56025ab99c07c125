import { loadavg } from 'node:os';
import { table } from '../tools/table';
import type { Summary } from './statistics';

/** As bench/README.md has it. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`\n${table(header, rows)}\n`);
}

/** Prints the load average from before a measurement to after it: who reads the figures has to know it. */
export async function withLoad<T>(measure: () => Promise<T>): Promise<T> {
  const before = load();
  const result = await measure();
  console.log(`load average ${before} at the start, ${load()} at the end`);
  return result;
}

function load(): string {
  return loadavg()[0].toFixed(2);
}

/** The median and in brackets the least and the most. */
export function spread({ median, least, most }: Summary, unit: Unit): string {
  return `${unit.of(median)} ${unit.name} (${unit.of(least)} - ${unit.of(most)})`;
}

export interface Unit {
  readonly name: string;
  of(value: number): string;
}

/** Of milliseconds. */
export const SECONDS: Unit = { name: 's', of: (milliseconds) => (milliseconds / 1000).toFixed(2) };

/** Of bytes. */
export const MEGABYTES: Unit = { name: 'MB', of: (bytes) => (bytes / 1e6).toFixed(0) };

export function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}
