import { readFileSync } from 'node:fs';

/**
 * @param context what the message of an error begins with
 * @param what what the file is to the user
 */
export function readBytes(context: string, file: string, what = 'file'): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(
      `${context}: the ${what} cannot be read (${(error as Error).message}). Relative paths start at ${process.cwd()}.`,
    );
  }
}

/** Text in UTF-8, without its byte order mark. */
export function readText(context: string, file: string, hint: string): string {
  const bytes = readBytes(context, file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${context}: the file is not UTF-8. ${hint}`);
  }
}
