import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { USERNAMES_FILE } from '../../contract/broker-secrets';
import { log } from '../runtime/log';

/**
 * Records which usernames the Secrets of a node have, and returns the others that they once had.
 *
 * The record is on the node's own volume, so it exists as long as the users that the node has created. It is written before
 * the server starts, so it has every name that the server may have created, even if the node dies in between.
 */
export function recordUsernames(folder: string, current: readonly string[]): string[] {
  const file = join(folder, USERNAMES_FILE);
  const recorded = read(file);
  const former = recorded.filter((name) => !current.includes(name));
  const all = [...former, ...current];
  if (all.length > recorded.length) replace(folder, file, JSON.stringify(all));
  return former;
}

/** Damage must not keep a node from starting: at worst, a former user can still log in, as it could without the record. */
function read(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  } catch {
    // The next line says it.
  }
  log(`${file} is damaged; it is written again, and users that the Secrets had before can still log in`);
  return [];
}

/** Also after a power cut, either the old content or the new one is there. */
function replace(folder: string, file: string, content: string): void {
  const next = `${file}.new`;
  onDisk(next, 'w', (descriptor) => writeFileSync(descriptor, content));
  renameSync(next, file);
  onDisk(folder, 'r');
}

function onDisk(path: string, flags: string, change: (descriptor: number) => void = () => {}): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    change(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
