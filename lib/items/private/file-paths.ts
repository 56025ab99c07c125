import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { synthError } from '../../validation/synth-error';

/**
 * Returns the paths of the regular files under the root that match the pattern. They are in the same order on every
 * machine.
 */
export function filePaths(context: string, pattern: string, root: string): string[] {
  if (isAbsolute(pattern)) {
    const hint = 'Give its folder as { root }, and the rest as the pattern.';
    throw synthError(context, 'the pattern is an absolute path', hint);
  }
  // tinyglobby skips folders that it cannot read, so items would be missing without an error.
  const unreadable: Error[] = [];
  const readdir: typeof readdirSync = ((...args: Parameters<typeof readdirSync>) => {
    try {
      return readdirSync(...args);
    } catch (error) {
      unreadable.push(error as Error);
      throw error;
    }
  }) as typeof readdirSync;
  requireReadable(context, root);
  const paths = globSync(pattern, { cwd: root, expandDirectories: false, fs: { readdirSync: readdir } });
  if (unreadable.length > 0) throw unreadableFolder(context, root, unreadable[0]);
  for (const path of paths) requireExists(context, root, path);
  return paths.sort();
}

/**
 * If the bytes of a name are not UTF-8, the name is read with U+FFFD in their place. No file has the name that results.
 */
function requireExists(context: string, root: string, path: string): void {
  if (!path.includes('\ufffd') || existsSync(join(root, path))) return;
  const problem = `the name of a file, ${JSON.stringify(path)}, is not UTF-8, so no item can name it`;
  throw synthError(context, problem, 'Rename it, or give a pattern that does not match it.');
}

function requireReadable(context: string, root: string): void {
  try {
    readdirSync(root);
  } catch (error) {
    throw unreadableFolder(context, root, error as Error);
  }
}

function unreadableFolder(context: string, root: string, error: Error): Error {
  return synthError(context, `a folder cannot be read (${error.message})`, `The root is ${resolve(root)}.`);
}
