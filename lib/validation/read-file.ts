import { readFileSync } from 'node:fs';

/**
 * @param where what the message of an error begins with
 * @param what what the file is to the user
 */
export function readBytes(where: string, file: string, what = 'file'): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(
      `${where}: the ${what} cannot be read (${(error as Error).message}). Relative paths start at ${process.cwd()}.`,
    );
  }
}

/** Text in UTF-8, without its byte order mark. */
export function readText(where: string, file: string, wayOut: string): string {
  const bytes = readBytes(where, file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${where}: the file is not UTF-8. ${wayOut}`);
  }
}
