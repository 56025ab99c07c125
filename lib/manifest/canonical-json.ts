import { byName } from './by-name';

/** Writes a value as JSON on one line. The members of objects are sorted by name. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(byName(inner as Record<string, unknown>))
      : inner,
  );
}
