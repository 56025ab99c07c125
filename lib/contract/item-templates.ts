/**
 * Stands for the item in the program's command and variables. A placeholder must not contain braces: `cdk8s synth --format
 * helm` writes templates, in which `{{` begins an action. https://helm.sh/docs/chart_template_guide/
 */
export const ITEM_PLACEHOLDER = '@WORK_ITEM@';

/** Stands for a field of the item in the same places. The encoded name contains neither `@` nor braces. */
export function fieldPlaceholder(name: string): string {
  return `@WORK_ITEM:${encodeURIComponent(name)}@`;
}

const PLACEHOLDER = /@WORK_ITEM(?::([^@]+))?@/;

/** The whole item, or one of its fields. */
export interface ItemReference {
  readonly field?: string;
}

/** A string with another value for each item: what is the same for all, and references to what is not. */
export type ItemTemplate = readonly (string | ItemReference)[];

/** The words of the program's command. A word without a reference is `null`, because the courier does not need it. */
export type ItemArguments = readonly (ItemTemplate | null)[];

/** The program's variables that contain a reference, by their names. */
export type ItemVariables = Readonly<Record<string, ItemTemplate>>;

/** Returns the template that a string with placeholders stands for, or nothing if it has none. */
export function itemTemplate(text: string): ItemTemplate | undefined {
  // Each second part is what the placeholder captures: the encoded name of a field, or nothing.
  const parts = text.split(PLACEHOLDER);
  if (parts.length === 1) return undefined;
  return parts.map((part, n) => (n % 2 === 0 ? part : reference(part))).filter((part) => part !== '');
}

function reference(encoded: string | undefined): ItemReference {
  return encoded === undefined ? {} : { field: decodeURIComponent(encoded) };
}
