import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const FILES = ['package.json', 'tsconfig.jsii.json'];

/** The build writes it last. */
const built = join(root, 'build', 'bundles.json');

export function isBuilt() {
  return existsSync(built);
}

/** Whether something has changed since the build, or nothing is built. */
export function isStale() {
  if (!isBuilt()) return true;
  const sources = [...FILES, ...files('scripts'), ...files('lib'), ...files('cli'), ...files('imports')];
  return sources.some((file) => statSync(join(root, file)).mtimeMs > statSync(built).mtimeMs);
}

function files(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, name))
    .filter((file) => existsSync(join(root, file)) && statSync(join(root, file)).isFile());
}
