import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { synthError } from '../../validation/synth-error';
import type { FilesOptions } from '../work-items-props';
import { glob } from './glob';
import { globParts, withoutBraces } from './glob-pattern';

/** What is special in a pattern, for errors. */
const SPECIAL = 'Only *, ** and {a,b} are special in a pattern';

/**
 * Returns the paths of the regular files under the root that match the pattern. They are in the same order on every
 * machine.
 */
export function filePaths(context: string, pattern: string, options: FilesOptions): string[] {
  const { root = '.', allowEmpty = false } = options;
  const patterns = checkedPatterns(context, pattern);
  const paths = [...new Set(patterns.flatMap((each) => pathsOf(context, each, root)))];
  for (const path of paths) requireExists(context, root, path);
  if (paths.length === 0 && !allowEmpty) requireOrdinary(context, pattern);
  return paths.sort();
}

/** Returns the patterns without braces that the pattern stands for. */
function checkedPatterns(context: string, pattern: string): string[] {
  if (pattern.includes('\\')) {
    const hint =
      `Separate folders with "/". ${SPECIAL}, so nothing needs an escape; ` +
      'for a backslash in the name of a file, write *.';
    throw synthError(context, 'the pattern contains a backslash', hint);
  }
  const patterns = withoutBraces(pattern);
  if (patterns === undefined) {
    throw synthError(context, 'the braces of the pattern have too many combinations', 'Write * for some of them.');
  }
  if (patterns.some((each) => isAbsolute(each))) {
    const hint = 'Give its folder as { root }, and the rest as the pattern.';
    throw synthError(context, 'the pattern is an absolute path', hint);
  }
  if (patterns.some((each) => each.split('/').includes('..'))) {
    const hint = 'Give a folder above all files as { root }.';
    throw synthError(context, 'the pattern contains "..", but all paths start at the root', hint);
  }
  return patterns;
}

function pathsOf(context: string, pattern: string, root: string): string[] {
  try {
    return glob(root, globParts(pattern));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    const problem = `a folder cannot be read (${(error as Error).message})`;
    throw synthError(context, problem, `The root is ${resolve(root)}.`);
  }
}

/** Requires a pattern in which nothing is special for other tools only, because otherwise that may be why no file matches. */
function requireOrdinary(context: string, pattern: string): void {
  const characters = [...new Set(pattern.match(/[?[\]()!{}]/g) ?? [])];
  if (characters.length === 0) return;
  const problem = `there are no items: no file matches, and ${characters.join(' ')} are not special in a pattern`;
  throw synthError(context, problem, `${SPECIAL}. If there may be no file, set allowEmpty.`);
}

/**
 * If the bytes of a name are not UTF-8, the name is read with U+FFFD in their place. No file has the name that results.
 */
function requireExists(context: string, root: string, path: string): void {
  if (!path.includes('\ufffd') || existsSync(join(root, path))) return;
  const problem = `the name of a file, ${JSON.stringify(path)}, is not UTF-8, so no item can name it`;
  throw synthError(context, problem, 'Rename it, or give a pattern that does not match it.');
}
