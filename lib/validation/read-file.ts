import { readFileSync } from 'node:fs';
import { synthError } from './synth-error';

/**
 * Returns the content of a file.
 *
 * @param context what the message of an error begins with
 * @param file the path of the file, from the working directory of the synth
 * @param what what the file is to the user
 */
export function readBytes(context: string, file: string, what = 'file'): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw synthError(
      context,
      `the ${what} cannot be read (${(error as Error).message})`,
      `Relative paths start at ${process.cwd()}.`,
    );
  }
}

/** How to convert a file to UTF-8. */
export function conversion(file: string, encoding = 'UTF-16'): string {
  return `convert it, for example with "iconv -f ${encoding} -t UTF-8 '${file}'"`;
}

/** Requires that the file does not begin with the byte order mark of UTF-16. */
export function requireNoUtf16(context: string, file: string, bytes: Buffer): void {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark !== 'fffe' && mark !== 'feff') return;
  throw synthError(
    context,
    'the file is UTF-16, as its byte order mark says',
    `It must be UTF-8: ${conversion(file)}.`,
  );
}

/** Returns the content of a file in UTF-8, without its byte order mark. */
export function readText(context: string, file: string, hint: string): string {
  const bytes = readBytes(context, file);
  requireNoUtf16(context, file, bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw synthError(context, 'the file is not UTF-8', hint);
  }
}

/** Returns the content of a file in UTF-8, without its byte order mark, if the content has no NUL. */
export function readTextWithoutNul(context: string, file: string, hint: string): string {
  const text = readText(context, file, hint);
  if (!text.includes('\0')) return text;
  throw synthError(context, 'the file contains a NUL', `If it is UTF-16, ${conversion(file)}.`);
}
