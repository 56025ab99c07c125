import { conversion, readBytes, readText, requireNoUtf16 } from '../../validation/read-file';
import { synthError } from '../../validation/synth-error';
import type { LinesOptions } from '../work-items-props';

const NUL = 0;
const LF = 10;

/** Returns the lines of a file, or what is between its NULs, as the options say. */
export function lineItems(context: string, file: string, options: LinesOptions): (string | Buffer)[] {
  const { bytes = false, nulSeparated = false } = options;
  if (bytes) return byteItems(context, file, nulSeparated);
  const text = readText(context, file, 'Convert it, or set bytes. An item then consists of bytes.');
  if (nulSeparated)
    return withNul(context, text)
      .split('\0')
      .filter((item) => item !== '');
  if (text.includes('\0')) throw unexpectedNul(context, file);
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

function byteItems(context: string, file: string, nulSeparated: boolean): Buffer[] {
  const content = readBytes(context, file);
  requireNoUtf16(context, file, content);
  if (nulSeparated) return separated(withNul(context, content), NUL);
  if (content.includes(NUL) && placesOf(content, LF).every((place) => isPartOfUtf16(content, place))) {
    throw unexpectedNul(context, file);
  }
  return separated(content, LF);
}

/** Whether the LF may be one of two bytes, of which the other one is NUL. It may, if the file is UTF-16. */
function isPartOfUtf16(content: Buffer, place: number): boolean {
  return content[place % 2 === 0 ? place + 1 : place - 1] === NUL;
}

function unexpectedNul(context: string, file: string): Error {
  const hint =
    `If it is UTF-16, ${conversion(file)}. ` +
    'If NULs separate the items, as "find -print0" writes them, set nulSeparated.';
  return synthError(context, 'the file contains a NUL, so its items are not lines', hint);
}

/** Requires a NUL, unless there is nothing to separate. */
function withNul<T extends string | Buffer>(context: string, content: T): T {
  if (content.length === 0 || content.includes('\0')) return content;
  const hint = 'If the items are lines, omit nulSeparated. If there is only one item, end it with a NUL.';
  throw synthError(context, 'nulSeparated is true, but the file contains no NUL', hint);
}

/** Returns what is between the separators, without what is empty. */
function separated(content: Buffer, separator: number): Buffer[] {
  const ends = [...placesOf(content, separator), content.length];
  return ends.map((end, n) => content.subarray(n === 0 ? 0 : ends[n - 1] + 1, end)).filter((item) => item.length > 0);
}

function placesOf(content: Buffer, byte: number): number[] {
  const places: number[] = [];
  for (let at = content.indexOf(byte); at !== -1; at = content.indexOf(byte, at + 1)) places.push(at);
  return places;
}
