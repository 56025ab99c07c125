import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** All files in a folder and the folders in it, by their paths. A file is itself. A link that leads nowhere, as editors make them, is left out. */
export function filesIn(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.isFile() ? [path] : [];
  return readdirSync(path).flatMap((name) => filesIn(join(path, name)));
}
