/** Returns the name that one has to change least to get. */
export function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((one) => editDistance(name.toLowerCase(), one.toLowerCase()));
  return known[distances.indexOf(Math.min(...distances))];
}

/** How many characters one must add, remove or replace. https://en.wikipedia.org/wiki/Levenshtein_distance */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, n) => n);
  for (const [n, character] of [...from].entries()) {
    const next = [n + 1];
    for (let at = 0; at < to.length; at++) {
      const replaced = row[at] + (character === to[at] ? 0 : 1);
      next.push(Math.min(replaced, row[at + 1] + 1, next[at] + 1));
    }
    row = next;
  }
  return row[to.length];
}
