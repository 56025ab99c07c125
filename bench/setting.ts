/** A number that the environment may set, to try a benchmark with less than it takes for the record. */
export function setting(name: string, otherwise: number): number {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name} is no whole number above 0: ${process.env[name]}`);
  return value;
}
