import type { IConstruct } from 'constructs';

/** Leaves room for `-`, a hash of ten digits and one more word in the 63 characters of a DNS label. */
const MOST = 40;

/**
 * The construct's path as the readable part of a name: `fruits/eat` becomes `fruits-eat`. It is not unique; what makes the
 * name unique is the hash that follows it. The end is kept where it is too long: it says more.
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
  return words.join('-').slice(-MOST).replace(/^-/, '') || 'work-queue';
}
