import { synthError } from '../../validation/synth-error';
import { isWellFormed } from '../../validation/well-formed';

/** What to do about items that are too large. */
export const ITEM_HINT =
  'Put the data where the pods can read it (a volume, an object store) and let the items name it.';

/** Checks and converts one string. Its `name` is what an error calls it. */
type Conversion<T> = (context: string, name: string, text: string) => T;

/** Converts each item of a list. The list may come from JSON, so its types are not certain. */
export function eachItem<T>(context: string, items: string[], convert: Conversion<T>): T[] {
  if (Array.isArray(items)) return Array.from(items, (item, n) => convert(context, `items[${n}]`, item));
  const hint = 'Give the items as an array, such as ["apple", "banana"].';
  throw synthError(context, `items is of type ${typeof items}, not an array`, hint);
}

/** Requires that the items do not look like the parts of a text file, of which a part of the line end is left. */
export function requireNoLineEnds(context: string, items: readonly string[]): void {
  if (items.length < 2) return;
  const others = items.slice(0, -1);
  const source = 'Read a file with WorkItems.lines, or remove it.';
  if (items.at(-1) === '' && !others.includes('')) {
    const problem = `only the last of ${items.length} items is empty, as after the line end of the last line of a file`;
    throw synthError(context, problem, `${source} If it is an item, append .concat(WorkItems.list([''])).`);
  }
  if (others.every((item) => item.endsWith('\r'))) {
    const problem = `the items end with a carriage return, ${JSON.stringify(items[0])}, as the lines of a file from Windows`;
    throw synthError(context, problem, `${source} If it belongs to the items, pass their bytes with WorkItems.base64.`);
  }
}

/** Returns the string if it has a form in UTF-8. */
export function itemText(context: string, name: string, text: string): string {
  requireString(context, name, text);
  if (isWellFormed(text)) return text;
  const problem = `${name} contains half of a surrogate pair and has no UTF-8 form`;
  throw synthError(context, problem, 'Pass its bytes with WorkItems.base64.');
}

export function itemFromBase64(context: string, name: string, text: string): Buffer {
  requireString(context, name, text);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes;
  const problem = `${name} is ${JSON.stringify(text.slice(0, 40))}, which is not base64 with padding`;
  throw synthError(context, problem, "Encode it as Buffer's toString('base64') does.");
}

function requireString(context: string, name: string, text: unknown): void {
  if (typeof text === 'string') return;
  const hint = 'Convert it to a string, for example with String or JSON.stringify.';
  throw synthError(context, `${name} is ${JSON.stringify(text)}, which is not a string`, hint);
}
