import { readdirSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { globSync } from 'tinyglobby';

/** The paths of the regular files under the root that match the pattern, the same on every machine. */
export function filePaths(where: string, pattern: string, root: string): string[] {
  if (isAbsolute(pattern)) {
    throw new Error(
      `${where}: the pattern is an absolute path. Give its folder as { root }, and the rest as the pattern.`,
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
  readable(where, root);
  const paths = globSync(pattern, { cwd: root, expandDirectories: false, fs: { readdirSync: readdir } });
  if (unreadable.length > 0) throw unreadableFolder(where, root, unreadable[0]);
  return paths.sort();
}

function readable(where: string, root: string): void {
  try {
    readdirSync(root);
  } catch (error) {
    throw unreadableFolder(where, root, error as Error);
  }
}

function unreadableFolder(where: string, root: string, error: Error): Error {
  return new Error(`${where}: a folder cannot be read (${error.message}). The root is ${resolve(root)}.`);
}
