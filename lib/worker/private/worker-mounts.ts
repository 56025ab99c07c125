import { posix } from 'node:path';
import type { VolumeMount } from 'cdk8s-plus-28';
import { MountPath } from '../../contract/mount-paths';

/** What is at these, or below, is ours or the kubelet's. */
const RESERVED = [MountPath.SHARED_VOLUME, posix.dirname(MountPath.PROGRAMS), MountPath.TERMINATION_LOG];

/** The paths as one writes them: for Kubernetes `/data` and `/data/` are two, and the second would hide the first. */
export function normalMounts(mounts: readonly VolumeMount[] = []): VolumeMount[] {
  return mounts.map((mount) => ({ ...mount, path: normal(mount.path) }));
}

/**
 * Volumes of the user that leave ours where they are. A folder above ours is fine where ours can be made in it: container
 * runtimes mount in the order of the depth. `orderedMounts` in
 * https://github.com/containerd/containerd/blob/main/internal/cri/opts/spec_opts.go
 */
export function requireFreePaths(context: string, mounts: readonly VolumeMount[]): void {
  const seen = new Set<string>();
  for (const { path, readOnly } of mounts) {
    const refuse = (why: string, hint: string) =>
      new Error(`${context}: a volume is mounted at ${JSON.stringify(path)}, ${why}. ${hint}`);
    if (typeof path !== 'string' || !path.startsWith('/')) {
      throw refuse('which is no absolute path', 'Begin it with "/", such as "/data".');
    }
    // https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.31/#volumemount-v1-core
    if (path.includes(':')) throw refuse('which must not have a ":" in Kubernetes', 'Use another path.');
    const place = normal(path);
    if (place === '/') throw refuse('which would hide the whole image', 'Mount it at a folder, such as "/data".');
    for (const taken of RESERVED) {
      if (place === taken || place.startsWith(`${taken}/`)) {
        throw refuse(`and ${taken} is taken by this package or Kubernetes`, 'Use another path, such as "/data".');
      }
      if (readOnly && taken.startsWith(`${place}/`)) {
        throw refuse(`read-only, and ${taken} has to be made in it`, 'Mount it deeper, or without readOnly.');
      }
    }
    if (seen.has(place)) throw refuse('as is another one', 'One volume would hide the other: give each its own path.');
    seen.add(place);
  }
}

function normal(path: string): string {
  if (typeof path !== 'string' || !path.startsWith('/')) return path;
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}
