import { createHash } from 'node:crypto';

/** With ten hex digits, the chance that any two of a thousand versions of an object collide is one in two million. */
const DIGITS = 10;

/** A short hash of a value, in the form that it has in a manifest. It does not depend on the order of keys. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, DIGITS);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
