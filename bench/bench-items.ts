/** How the items of a benchmark are given: as a list, which travels with the manifest, or as a formula. */
export type Kind = 'list' | 'formula';

/** The part of `WorkItems` that makes them: apps have it from the package, as users do, and others from its sources. */
interface Maker<T> {
  list(items: string[]): T;
  frames(format: string, first: number, last: number): T;
}

/** `scan-0000001.tif` and so on: the same items, whatever their kind is. */
export function benchItems<T>(maker: Maker<T>, kind: Kind, count: number): T {
  return kind === 'list' ? maker.list(names(count)) : maker.frames('scan-%07d.tif', 1, count);
}

export function names(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `scan-${String(n + 1).padStart(7, '0')}.tif`);
}
