/**
 * Returns the entries of a map in the order of their names, by code unit. A map that comes from Java may have another
 * order in each run, and one from Go is sorted. So the order in which the entries of a map come means nothing.
 */
export function byName<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
