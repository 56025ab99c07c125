import { MountPath } from '../../lib/contract/mount-paths';

/** The program and its arguments, of the container of a worker: the words after those that start a script of this package. */
export function programOf({
  command = [],
  args = [],
}: {
  readonly command?: string[];
  readonly args?: string[];
}): string[] {
  const words = [...command, ...args];
  return words.slice(words.indexOf(MountPath.SHARED_VOLUME) + 1);
}
