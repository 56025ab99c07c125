import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesIn } from './files-in.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = ['package.json', 'tsconfig.jsii.json', 'scripts', 'lib', 'cli', 'imports'];

/** The build writes it last. */
const built = join(root, 'build', 'bundles.json');

export function isBuilt() {
  return existsSync(built);
}

/** Whether something has changed since the build, or nothing is built. */
export function isStale() {
  if (!isBuilt()) return true;
  const sources = SOURCES.flatMap((source) => filesIn(join(root, source)));
  const { mtimeMs } = statSync(built);
  return sources.some((file) => statSync(file).mtimeMs > mtimeMs);
}
