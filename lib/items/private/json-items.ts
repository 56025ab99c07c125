import { isLosslessNumber, parse, stringify } from 'lossless-json';
import { readText } from '../../validation/read-file';
import { itemText } from './item-bytes';

/** The elements of an array in a JSON file. Their numbers stay as they are written: those of JavaScript would lose digits. */
export function jsonItems(context: string, file: string, pointer: string): string[] {
  const array = lookUp(context, readJson(context, file), pointer);
  if (!Array.isArray(array)) {
    throw new Error(
      `${context}: ${place(pointer)} is ${nameOf(array)}, not an array. Give the array's place by pointer, such as "/data/items".`,
    );
  }
  return array.map((element, n) =>
    typeof element === 'string' ? itemText(`${context}: element ${n}`, element) : (stringify(element) as string),
  );
}

function readJson(context: string, file: string): unknown {
  const text = readText(context, file, 'JSON always is: convert it.');
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${context}: the file is not JSON (${(error as Error).message}). Correct it.`);
  }
}

/** RFC 6901. */
function lookUp(context: string, document: unknown, pointer: string): unknown {
  if (!/^(\/([^~]|~[01])*)?$/s.test(pointer)) {
    throw new Error(
      `${context}: the pointer ${JSON.stringify(pointer)} is none of RFC 6901. Begin it with "/", such as "/data/items", and ` +
        'write "~1" for a "/" in a name and "~0" for a "~".',
    );
  }
  let at = document;
  let seen = '';
  for (const escaped of pointer.split('/').slice(1)) {
    const name = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    const found = member(at, name);
    if (found === undefined) {
      throw new Error(
        `${context}: ${place(seen)} is ${nameOf(at)} and has no ${JSON.stringify(name)}. Correct the pointer.`,
      );
    }
    at = found;
    seen += `/${escaped}`;
  }
  return at;
}

/** JSON knows no `undefined`. */
function member(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
  if (!isObject(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isLosslessNumber(value);
}

function place(pointer: string): string {
  return pointer === '' ? 'the document' : `what is at ${JSON.stringify(pointer)}`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isLosslessNumber(value)) return 'a number';
  if (!isObject(value)) return `a ${typeof value}`;
  const names = Object.keys(value);
  return `an object with ${names.slice(0, 10).join(', ') || 'nothing'}${names.length > 10 ? ', …' : ''} in it`;
}
