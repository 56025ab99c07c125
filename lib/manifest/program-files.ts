import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { synthError } from '../validation/synth-error';

const PACKAGE = 'cdk8s-work-queue';

/** The bytes of a file that the build writes into `build/programs`. */
export function programFile(name: string): Buffer {
  const file = join(packageRoot(), 'build', 'programs', name);
  try {
    return readFileSync(file);
  } catch (error) {
    throw synthError(
      PACKAGE,
      `${file}, a program that runs in the cluster, cannot be read (${(error as Error).message})`,
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
