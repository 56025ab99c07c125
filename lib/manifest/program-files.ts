import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGE = 'cdk8s-work-queue';

/** The bytes of a file that the build puts into `build/programs`. */
export function programFile(name: string): Buffer {
  const file = join(packageRoot(), 'build', 'programs', name);
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(
      `${file}, a program that runs in the cluster, cannot be read (${(error as Error).message}). ` +
        `In a checkout of ${PACKAGE}, run "npm run build"; in a project that uses it, install ${PACKAGE} again.`,
    );
  }
}

/** This file runs from the sources, from the build and from an installed package; they differ in depth. */
function packageRoot(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const description = join(folder, 'package.json');
    if (existsSync(description) && JSON.parse(readFileSync(description, 'utf8')).name === PACKAGE) return folder;
    if (folder === dirname(folder)) {
      throw new Error(`no folder above ${__dirname} holds the package.json of ${PACKAGE}. Install ${PACKAGE} again.`);
    }
  }
}
