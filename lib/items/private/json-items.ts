import { isLosslessNumber, parse, stringify } from 'lossless-json';
import { readTextWithoutNul } from '../../validation/read-file';
import { synthError } from '../../validation/synth-error';
import { itemText } from './item-bytes';

/**
 * Returns the elements of an array in a JSON file. Numbers stay as they are written: JavaScript's would lose digits.
 */
export function jsonItems(context: string, file: string, pointer: string): string[] {
  const array = valueAt(context, readJson(context, file), pointer);
  if (!Array.isArray(array)) {
    const hint = 'Set pointer to the place of the array, such as "/data/items".';
    throw synthError(context, `${place(pointer)} is ${nameOf(array)}, not an array`, hint);
  }
  return array.map((element, n) =>
    typeof element === 'string' ? itemText(context, `element ${n}`, element) : (stringify(element) as string),
  );
}

function readJson(context: string, file: string): unknown {
  const text = readTextWithoutNul(context, file, 'JSON must be UTF-8: convert it.');
  try {
    return parse(text);
  } catch (error) {
    const hint = isJsonLines(text) ? 'It is JSON Lines: read it with WorkItems.lines.' : 'Correct it.';
    throw synthError(context, `the file is not JSON (${(error as Error).message})`, hint);
  }
}

/** Whether the first two lines are one JSON document each. https://jsonlines.org/ */
function isJsonLines(text: string): boolean {
  const [first, second] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return second !== undefined && [first, second].every(isJson);
}

function isJson(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns the value that a JSON Pointer (RFC 6901) refers to. */
function valueAt(context: string, document: unknown, pointer: string): unknown {
  if (!/^(\/([^~]|~[01])*)?$/s.test(pointer)) {
    throw synthError(
      context,
      `the pointer ${JSON.stringify(pointer)} is not a JSON Pointer (RFC 6901)`,
      'Begin it with "/", such as "/data/items", and write "~1" for a "/" in a name and "~0" for a "~".',
    );
  }
  let at = document;
  let seen = '';
  for (const escaped of pointer.split('/').slice(1)) {
    const name = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    const found = member(at, name);
    if (found === undefined) {
      const problem = `${place(seen)} is ${nameOf(at)} and has no ${JSON.stringify(name)}`;
      throw synthError(context, problem, 'Correct the pointer.');
    }
    at = found;
    seen += `/${escaped}`;
  }
  return at;
}

/** Returns `undefined` if there is no such member: a value of JSON is never `undefined`. */
function member(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
  if (!isObject(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isLosslessNumber(value);
}

function place(pointer: string): string {
  return pointer === '' ? 'the document' : `the value at ${JSON.stringify(pointer)}`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isLosslessNumber(value)) return 'a number';
  if (!isObject(value)) return `a ${typeof value}`;
  const names = Object.keys(value);
  if (names.length === 0) return 'an empty object';
  return `an object with the members ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`;
}
