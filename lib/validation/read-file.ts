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

/** Returns the content of a file in UTF-8, without its byte order mark. */
export function readText(context: string, file: string, hint: string): string {
  const bytes = readBytes(context, file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw synthError(context, 'the file is not UTF-8', hint);
  }
}
