import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A file that the build has written into `build/programs`, by its name; undefined if there is none.
 *
 * This reads the file of a checkout. In the package, the build replaces this module by one that contains the files, so that
 * they come along if an app is bundled into one file.
 */
export function builtFile(name: string): Buffer | undefined {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const file = join(folder, 'build', 'programs', name);
    if (existsSync(file)) return readFileSync(file);
    if (folder === dirname(folder)) return undefined;
  }
}
