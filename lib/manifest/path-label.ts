import type { IConstruct } from 'constructs';
import { HASH_DIGITS } from '../contract/content-names';

/** The space for one more word with its `-`, such as `items-31`. */
const WORD = 12;

/** The rest of the 63 characters of a DNS label, without `-` and a hash. */
const MAX_LENGTH = 63 - WORD - 1 - HASH_DIGITS;

/**
 * The construct's path as the readable part of a name: `fruits/eat` becomes `fruits-eat`. This part is not unique; the
 * hash that follows it makes the name unique. If the path is too long, its end is kept, because the end says more.
 */
export function pathLabel(construct: IConstruct): string {
  const words = construct.node.path
    .split('/')
    .map((id) =>
      id
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, ''),
    )
    .filter((word, n, all) => word !== '' && word !== all[n - 1]);
  return words.join('-').slice(-MAX_LENGTH).replace(/^-/, '') || 'work-queue';
}
