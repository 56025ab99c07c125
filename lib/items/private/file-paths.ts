import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { globSync } from 'tinyglobby';

/** The paths of the regular files under the root that match the pattern, the same on every machine. */
export function filePaths(context: string, pattern: string, root: string): string[] {
  if (isAbsolute(pattern)) {
    throw new Error(
      `${context}: the pattern is an absolute path. Give its folder as { root }, and the rest as the pattern.`,
    );
  }
  // tinyglobby passes over folders that it cannot read: items would be missing without a word.
  const unreadable: Error[] = [];
  const readdir: typeof readdirSync = ((...args: Parameters<typeof readdirSync>) => {
    try {
      return readdirSync(...args);
    } catch (error) {
      unreadable.push(error as Error);
      throw error;
    }
  }) as typeof readdirSync;
  readable(context, root);
  const paths = globSync(pattern, { cwd: root, expandDirectories: false, fs: { readdirSync: readdir } });
  if (unreadable.length > 0) throw unreadableFolder(context, root, unreadable[0]);
  for (const path of paths) requireThere(context, root, path);
  return paths.sort();
}

/** A name whose bytes are no UTF-8 is read with U+FFFD in their place, which names no file. */
function requireThere(context: string, root: string, path: string): void {
  if (!path.includes('\ufffd') || existsSync(join(root, path))) return;
  throw new Error(
    `${context}: the name of a file, ${JSON.stringify(path)}, is not UTF-8, so no item can name it. Rename it, or leave it out ` +
      'by the pattern.',
  );
}

function readable(context: string, root: string): void {
  try {
    readdirSync(root);
  } catch (error) {
    throw unreadableFolder(context, root, error as Error);
  }
}

function unreadableFolder(context: string, root: string, error: Error): Error {
  return new Error(`${context}: a folder cannot be read (${error.message}). The root is ${resolve(root)}.`);
}
