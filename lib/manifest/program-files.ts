import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { synthError } from '../validation/synth-error';

const PACKAGE = 'cdk8s-work-queue';

/**
 * A file that the build writes into `build/programs`, by its name. If the build has compressed it, there are two files: the
 * first one starts what is in the second one.
 */
export function programFiles(name: string): Record<string, Buffer> {
  const folder = join(packageRoot(), 'build', 'programs');
  const compressed = `${name}.gz`;
  try {
    const names = existsSync(join(folder, compressed)) ? [name, compressed] : [name];
    return Object.fromEntries(names.map((each) => [each, readFileSync(join(folder, each))]));
  } catch (error) {
    throw synthError(
      PACKAGE,
      `${join(folder, name)}, a program that runs in the cluster, cannot be read (${(error as Error).message})`,
      `In a checkout of ${PACKAGE}, run "npm run build". In a project that uses the package, reinstall it.`,
    );
  }
}

/** This file runs from the sources, from the build and from an installed package, in which its depth differs. */
function packageRoot(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const description = join(folder, 'package.json');
    if (existsSync(description) && JSON.parse(readFileSync(description, 'utf8')).name === PACKAGE) return folder;
    if (folder === dirname(folder)) {
      throw synthError(
        PACKAGE,
        `no folder above ${__dirname} contains the package's package.json`,
        'Reinstall the package.',
      );
    }
  }
}
