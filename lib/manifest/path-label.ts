import type { IConstruct } from 'constructs';

/** Leaves space for `-`, a hash of ten digits and one more word in the 63 characters of a DNS label. */
const MAX_LENGTH = 40;

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
