import { isWellFormed } from './well-formed';

/** What to do about items that are too large. */
export const ITEM_CURE =
  'Put the data where the pods can read it (a volume, an object store) and let the items name it.';

/** A text that has a form in UTF-8. */
export function itemText(where: string, text: string): string {
  if (isWellFormed(text)) return text;
  throw new Error(
    `${where} holds half of a surrogate pair and has no UTF-8 form. Pass its bytes with WorkItems.base64.`,
  );
}

export function itemFromBase64(where: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes;
  throw new Error(
    `${where} is ${JSON.stringify(text.slice(0, 40))}, which is not base64 with padding. Encode it, as Buffer's toString('base64') does.`,
  );
}
