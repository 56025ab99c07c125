import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { ANY_FOLDERS, type GlobPart } from './glob-pattern';

/** A folder that is searched. */
interface Folder {
  readonly path: string;
  /** What the paths of its files begin with. */
  readonly prefix: string;
  /** The path without links, then those of the folders that led here. A link to one of them would have no end. */
  readonly realPaths: readonly string[];
}

/**
 * Returns the paths of the regular files under the root that a pattern matches. Links are followed. Only folders that
 * the pattern needs are read.
 *
 * @throws if a folder cannot be read
 */
export function glob(root: string, parts: readonly GlobPart[]): string[] {
  const found = new Set<string>();
  search({ path: root, prefix: '', realPaths: [realpathSync(root)] }, withoutFolders([parts]), found);
  return [...found];
}

/** @param rests what the names of a path must still match, in each way in which the pattern can lead here */
function search(folder: Folder, rests: readonly (readonly GlobPart[])[], found: Set<string>): void {
  if (rests.length === 0) return;
  for (const entry of readdirSync(folder.path, { withFileTypes: true })) {
    const { name } = entry;
    const matched = rests.filter(([part]) => (part === ANY_FOLDERS ? !name.startsWith('.') : part.test(name)));
    if (matched.length === 0) continue;
    const target = followed(folder, entry);
    if (target?.isFile() && matched.some((rest) => rest.length === 1)) found.add(folder.prefix + name);
    if (!target?.isDirectory()) continue;
    const below = subfolder(folder, entry);
    const next = matched.map((rest) => (rest[0] === ANY_FOLDERS ? rest : rest.slice(1)));
    if (below) search(below, withoutFolders(next), found);
  }
}

/** Adds the ways in which `**` matches no folder, and leaves out those that no file can match. */
function withoutFolders(rests: readonly (readonly GlobPart[])[]): (readonly GlobPart[])[] {
  const all = new Map<number, readonly GlobPart[]>();
  for (let rest of rests.filter(({ length }) => length > 0)) {
    all.set(rest.length, rest);
    for (; rest[0] === ANY_FOLDERS; all.set(rest.length, rest)) rest = rest.slice(1);
  }
  return [...all.values()];
}

/** Nothing if it is a link that leads nowhere. */
function followed(folder: Folder, entry: Dirent): Dirent | Stats | undefined {
  if (!entry.isSymbolicLink()) return entry;
  try {
    return statSync(join(folder.path, entry.name));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Nothing if it is a link to a folder that leads here. */
function subfolder({ path, prefix, realPaths }: Folder, entry: Dirent): Folder | undefined {
  const below = join(path, entry.name);
  const realPath = entry.isSymbolicLink() ? realpathSync(below) : join(realPaths[0], entry.name);
  if (realPaths.includes(realPath)) return undefined;
  return { path: below, prefix: `${prefix}${entry.name}/`, realPaths: [realPath, ...realPaths] };
}
