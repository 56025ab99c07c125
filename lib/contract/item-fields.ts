/**
 * What an item and its fields are as an argument or a variable of the program. The constructs check with the same code
 * at synth what the courier does with each item.
 */
import type { ItemTemplate } from './item-templates';
import { MAX_ARGUMENT_BYTES } from './limits';

/** Why an item cannot be an argument or a variable. */
export class UnusableItem {
  constructor(
    readonly kind: 'not an object' | 'no such field' | 'nested' | 'null' | 'not a string' | 'too long',
    /** The field that it is about. Missing if it is about the whole item. */
    readonly field: string | undefined,
    /** The reason, where "it" is the field, or the item if there is no field. */
    readonly reason: string,
  ) {}

  /**
   * @param what what it cannot be
   * @param item which item
   */
  message(what: string, item = 'the item'): string {
    const field = this.field === undefined ? '' : `field ${JSON.stringify(this.field)} of `;
    return `${field}${item} cannot be ${what}: ${this.reason}`;
  }
}

/** The names of an item's fields with their values in JSON, exactly as they are written in the item. */
export type ItemFields = ReadonlyMap<string, string>;

/** An item that the parts of arguments and variables come from. */
export class ItemValues {
  private parsed?: ItemFields | 'not an object';

  constructor(private readonly item: Buffer) {}

  /** The fields of the item, or nothing if it is not a JSON object. */
  get fields(): ItemFields | undefined {
    this.parsed ??= fieldsOf(this.item) ?? 'not an object';
    return this.parsed === 'not an object' ? undefined : this.parsed;
  }

  /**
   * Fills the item and its fields into a template.
   *
   * @param before what belongs to the same string for Linux: the name of a variable
   */
  fill(template: ItemTemplate, before = ''): Buffer | UnusableItem {
    const parts: Buffer[] = [];
    for (const part of template) {
      const value = typeof part === 'string' ? Buffer.from(part) : this.value(part.field);
      if (value instanceof UnusableItem) return value;
      parts.push(value);
    }
    const filled = Buffer.concat(parts);
    return tooLong(template, Buffer.byteLength(before) + filled.length) ?? filled;
  }

  private value(field: string | undefined): Buffer | UnusableItem {
    if (field === undefined) {
      if (!this.item.includes(0)) return this.item;
      return new UnusableItem('not a string', undefined, 'it contains a NUL byte');
    }
    if (!this.fields) return new UnusableItem('not an object', field, 'the item is not a JSON object');
    const json = this.fields.get(field);
    if (json === undefined) return new UnusableItem('no such field', field, 'the item has no such field');
    const text = fieldText(field, json);
    return typeof text === 'string' ? Buffer.from(text) : text;
  }
}

/** Returns why a string is too long that a template has become, or nothing if it is not. */
export function tooLong(template: ItemTemplate, bytes: number): UnusableItem | undefined {
  if (bytes <= MAX_ARGUMENT_BYTES) return undefined;
  const reference = template.find((part) => typeof part !== 'string');
  const reason = `with the text around it, it has ${bytes} bytes, and the maximum is ${MAX_ARGUMENT_BYTES}`;
  return new UnusableItem('too long', reference?.field, reason);
}

/** Returns a field as the program gets it: a string without its quotes; a number, `true` or `false` as it is written. */
export function fieldText(field: string, json: string): string | UnusableItem {
  switch (json[0]) {
    case '[':
      return new UnusableItem('nested', field, 'it is an array');
    case '{':
      return new UnusableItem('nested', field, 'it is an object');
    case 'n':
      return new UnusableItem('null', field, 'it is null');
    case '"': {
      const text: string = JSON.parse(json);
      if (!/[\0\p{Surrogate}]/u.test(text)) return text;
      return new UnusableItem('not a string', field, 'it contains a NUL or half of a surrogate pair');
    }
    default:
      return json;
  }
}

function fieldsOf(item: Buffer): ItemFields | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(item);
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? membersOf(text) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the members of a JSON object as they are written. Of members with the same name the last one counts, as it
 * does for most programs.
 *
 * @param text a JSON object without errors
 */
function membersOf(text: string): Map<string, string> {
  const members = new Map<string, string>();
  for (let at = nextToken(text, text.indexOf('{') + 1); text[at] === '"'; ) {
    const nameEnd = stringEnd(text, at);
    const valueStart = nextToken(text, text.indexOf(':', nameEnd) + 1);
    const end = valueEnd(text, valueStart);
    members.set(JSON.parse(text.slice(at, nameEnd)), text.slice(valueStart, end));
    at = nextToken(text, end);
    if (text[at] === ',') at = nextToken(text, at + 1);
  }
  return members;
}

/** Returns where the next character is that is not white space. */
function nextToken(text: string, start: number): number {
  let at = start;
  while (' \t\n\r'.includes(text[at])) at++;
  return at;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function valueEnd(text: string, start: number): number {
  let at = start;
  let depth = 0;
  do {
    if (text[at] === '"') {
      at = stringEnd(text, at);
      continue;
    }
    if ('{['.includes(text[at])) depth++;
    if (']}'.includes(text[at])) depth--;
    at++;
  } while (depth > 0 || !' \t\n\r,}'.includes(text[at]));
  return at;
}
