import { editDistance } from '../../lib/validation/nearest';

/** How many names a message suggests. */
const MAX_SUGGESTIONS = 3;

/** The names that are most like a given one, the most similar first. */
export function nearest(given: string, names: readonly string[]): string[] {
  const wanted = given.toLowerCase();
  const scored = names.map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }));
  return scored
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, MAX_SUGGESTIONS)
    .map(({ name }) => name);
}

/** A name that contains what was given is near, however long it is: names end in hashes. */
function distanceOf(given: string, name: string): number {
  return name.includes(given) ? 0 : editDistance(given, name.slice(0, given.length + 2));
}
