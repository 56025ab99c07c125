import { posix } from 'node:path';
import type { VolumeMount } from 'cdk8s-plus-28';
import { MountPath } from '../../contract/mount-paths';
import { synthError } from '../../validation/synth-error';

/** This package or the kubelet uses these paths and everything below them. */
const RESERVED = [MountPath.SHARED_VOLUME, posix.dirname(MountPath.PROGRAMS), MountPath.TERMINATION_LOG];

/**
 * The mounts with normalized paths. For Kubernetes, `/data` and `/data/` are different paths, and a volume at the
 * second would hide one at the first.
 */
export function normalizedMounts(mounts: readonly VolumeMount[] = []): VolumeMount[] {
  return mounts.map((mount) => ({ ...mount, path: normalized(mount.path) }));
}

/**
 * Requires that the user's volumes hide neither each other nor the reserved paths. A folder above a reserved path is
 * allowed if the reserved path can be created in it, because container runtimes mount in the order of depth.
 * `orderedMounts` in https://github.com/containerd/containerd/blob/main/internal/cri/opts/spec_opts.go
 */
export function requireFreePaths(context: string, mounts: readonly VolumeMount[]): void {
  const seen = new Set<string>();
  for (const { path, readOnly } of mounts) {
    const mountError = (reason: string, hint: string) =>
      synthError(context, `a volume is mounted at ${JSON.stringify(path)}, ${reason}`, hint);
    if (typeof path !== 'string' || !path.startsWith('/')) {
      throw mountError('which is not an absolute path', 'Begin the path with "/", such as "/data".');
    }
    // https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.31/#volumemount-v1-core
    if (path.includes(':')) throw mountError('but Kubernetes does not allow ":" in a path', 'Use another path.');
    const place = normalized(path);
    if (place === '/') throw mountError('which would hide the whole image', 'Mount it at a folder, such as "/data".');
    for (const reserved of RESERVED) {
      if (place === reserved || place.startsWith(`${reserved}/`)) {
        throw mountError(`but this package or Kubernetes uses ${reserved}`, 'Use another path, such as "/data".');
      }
      if (readOnly && reserved.startsWith(`${place}/`)) {
        throw mountError(
          `read-only, but ${reserved} must be created in it`,
          'Mount the volume at a deeper path, or without readOnly.',
        );
      }
    }
    if (seen.has(place)) {
      throw mountError('where another volume is mounted, and one would hide the other', 'Give each its own path.');
    }
    seen.add(place);
  }
}

function normalized(path: string): string {
  if (typeof path !== 'string' || !path.startsWith('/')) return path;
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}
