import { readBytes, readText } from '../../validation/read-file';

const LF = 10;

export function lineItems(context: string, file: string): string[] {
  const hint = 'Convert it, or pass { bytes: true }: each line is then an item of the bytes that it has.';
  return readText(context, file, hint)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

export function byteLineItems(context: string, file: string): Buffer[] {
  const bytes = readBytes(context, file);
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(LF, start);
    const end = found === -1 ? bytes.length : found;
    if (end > start) lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
