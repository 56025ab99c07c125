/** What was seen of each item: whether a record is the first one, or like the first one, takes four bytes an item. */
export class Fingerprints {
  private readonly hashes: Uint32Array;

  constructor(itemCount: number) {
    this.hashes = new Uint32Array(itemCount);
  }

  has(item: number): boolean {
    return this.hashes[item] !== 0;
  }

  forget(item: number): void {
    this.hashes[item] = 0;
  }

  /** Whether it is the first content of an item, the same as the first, or another one. */
  add(item: number, content: Buffer): 'first' | 'same' | 'other' {
    const hash = fnv1a(content);
    const known = this.hashes[item];
    if (known === hash) return 'same';
    if (known !== 0) return 'other';
    this.hashes[item] = hash;
    return 'first';
  }
}

/** FNV-1a, which is never 0 here. http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(content: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of content) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0 || 1;
}
