import { createHash } from 'node:crypto';
import { HASH_DIGITS } from '../contract/content-names';
import { canonicalJson } from './canonical-json';

/** A short hash of a value, in the form that it has in a manifest. It does not depend on the order of keys. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, HASH_DIGITS);
}
