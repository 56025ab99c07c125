import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from './environment';

/** What a mounted Secret has under a key. A line end after the value does not belong to it: editors and `echo` leave one behind. */
export function readSecretFile(folder: string, key: string): string {
  try {
    return readFileSync(join(folder, key), 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new EnvironmentError(`the Secret's key ${key} cannot be read: ${(error as Error).message}`);
  }
}
