import type { EnvValue } from 'cdk8s-plus-28';
import type { UnusableItem } from '../../contract/item-fields';
import { type ItemReference, type ItemTemplate, type ItemVariables, itemTemplate } from '../../contract/item-templates';
import { MAX_ARGUMENT_BYTES } from '../../contract/limits';
import { type FirstUnusable, firstUnusable, type ItemPlace } from '../../items/item-places';
import { byName } from '../../manifest/by-name';
import { nearest } from '../../validation/nearest';
import { synthError } from '../../validation/synth-error';
import { Program } from '../program';
import type { WorkerJobProps } from '../worker-job-props';

/** What to do if the item cannot be an argument or a variable. */
const READ_IT = 'Let the program read the item from its standard input, or from Program.ITEM_FILE.';

/** The program's variables that contain the item or its fields, in the order of their names. */
export function itemVariables({ envVariables = {}, itemVariable }: WorkerJobProps): ItemVariables {
  const templates = Object.entries(envVariables).map(([name, value]) => [name, valueTemplate(value)] as const);
  const found = templates.filter((entry): entry is [string, ItemTemplate] => entry[1] !== undefined);
  if (itemVariable !== undefined) found.push([itemVariable, [{}]]);
  return Object.fromEntries(byName(Object.fromEntries(found)));
}

/** The template that the value of a variable stands for, or nothing if it has no placeholder. */
export function valueTemplate({ value }: EnvValue): ItemTemplate | undefined {
  return typeof value === 'string' ? itemTemplate(value) : undefined;
}

/**
 * Requires that each item has the fields that the program gets, and that the longest one fits into the program's
 * arguments and variables, as far as the queue knows its items.
 */
export function requireUsableItems(context: string, props: WorkerJobProps): void {
  const places = itemPlaces(props);
  const ofFields = places.filter(({ template }) => template.some(isField));
  const { items, longestItemBytes } = props.queue;
  if (items && ofFields.length > 0) {
    const found = firstUnusable(items, ofFields);
    if (found) throw unusable(context, found);
  }
  if (longestItemBytes === undefined) return;
  for (const place of places) if (!ofFields.includes(place)) requireFits(context, place, longestItemBytes);
}

function itemPlaces(props: WorkerJobProps): ItemPlace[] {
  const args = (props.program._itemArguments() ?? []).filter((template) => template !== null);
  const variables = Object.entries(itemVariables(props));
  return [
    ...args.map((template) => ({ what: 'an argument', template, before: '' })),
    ...variables.map(([name, template]) => ({ what: `variable ${name}`, template, before: `${name}=` })),
  ];
}

function isField(part: string | ItemReference): part is Required<ItemReference> {
  return typeof part !== 'string' && part.field !== undefined;
}

/** Requires that the longest item fits into a place that contains no fields. */
function requireFits(context: string, { what, template, before }: ItemPlace, longest: number): void {
  const lengths = template.map((part) => (typeof part === 'string' ? Buffer.byteLength(part) : longest));
  const bytes = lengths.reduce((sum, length) => sum + length, Buffer.byteLength(before));
  if (bytes <= MAX_ARGUMENT_BYTES) return;
  const kind = before === '' ? what : 'a variable';
  const string = `${before}${template.map((part) => (typeof part === 'string' ? part : Program.ITEM)).join('')}`;
  throw synthError(
    context,
    `the program gets the item as ${kind}, ${JSON.stringify(string)}, which would have up to ` +
      `${bytes} bytes, because the longest item has ${longest} bytes; ${kind} of a Linux process has at most ` +
      `${MAX_ARGUMENT_BYTES} bytes`,
    READ_IT,
  );
}

function unusable(context: string, { n, item, place, why, fields }: FirstUnusable): Error {
  const text = item.toString();
  const start = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  const shown = /^\{\P{Cc}*$/u.test(start) ? start : JSON.stringify(start);
  return synthError(
    context,
    `${why.message(place.what, `item ${n}, counted from 0,`)}. The item is ${shown}`,
    hint(why, fields),
  );
}

function hint({ kind, field = '' }: UnusableItem, fields: readonly string[]): string {
  switch (kind) {
    case 'not an object':
      return (
        'Use items that are JSON objects, such as those of WorkItems.product, csv, json and keyRanges. ' +
        'For the whole item, write Program.ITEM.'
      );
    case 'no such field': {
      if (fields.length === 0) return 'Give the item that field.';
      const names = fields.slice(0, 10).map((name) => JSON.stringify(name));
      const more = fields.length > 10 ? ', …' : '';
      return `Its fields are ${names.join(', ')}${more}: write Program.field(${JSON.stringify(nearest(field, fields))}), or correct the item.`;
    }
    case 'nested':
      return 'Give the items a field for each value, or let the program read the JSON from its standard input.';
    case 'null':
      return 'Give the field a value in each item, such as "", or let the program read the JSON from its standard input.';
    default:
      return READ_IT;
  }
}
