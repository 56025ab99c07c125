import { synthError } from '../validation/synth-error';
import { builtFile } from './built-file';

const PACKAGE = 'cdk8s-work-queue';

/**
 * A program that runs in the cluster, by the name of its file. If the build has compressed it, there are two files: the first
 * one starts what is in the second one.
 */
export function programFiles(name: string): Record<string, Buffer> {
  const file = builtFile(name);
  if (file === undefined) {
    throw synthError(
      PACKAGE,
      `build/programs/${name}, a program that runs in the cluster, is missing`,
      `In a checkout of ${PACKAGE}, run "npm run build". In a project that uses the package, reinstall it.`,
    );
  }
  const compressed = builtFile(`${name}.gz`);
  return compressed === undefined ? { [name]: file } : { [name]: file, [`${name}.gz`]: compressed };
}
