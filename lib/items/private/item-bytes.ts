import { isWellFormed } from '../../validation/well-formed';

/** What to do about items that are too large. */
export const ITEM_HINT =
  'Put the data where the pods can read it (a volume, an object store) and let the items name it.';

/** Each of a list, which may come from JSON, whose types nobody has checked. */
export function eachItem<T>(context: string, items: string[], convert: (context: string, item: string) => T): T[] {
  if (Array.isArray(items)) return Array.from(items, (item, n) => convert(`${context}: items[${n}]`, item));
  throw new Error(
    `${context}: items is ${typeof items}, not an array. Give the items as one, such as ["apple", "banana"].`,
  );
}

/** A text that has a form in UTF-8. */
export function itemText(context: string, text: string): string {
  requireText(context, text);
  if (isWellFormed(text)) return text;
  throw new Error(
    `${context} holds half of a surrogate pair and has no UTF-8 form. Pass its bytes with WorkItems.base64.`,
  );
}

export function itemFromBase64(context: string, text: string): Buffer {
  requireText(context, text);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes;
  throw new Error(
    `${context} is ${JSON.stringify(text.slice(0, 40))}, which is not base64 with padding. Encode it, as Buffer's toString('base64') does.`,
  );
}

function requireText(context: string, text: unknown): void {
  if (typeof text === 'string') return;
  throw new Error(
    `${context} is ${JSON.stringify(text)}, which is no text. Write it as one, such as by String or JSON.stringify.`,
  );
}
