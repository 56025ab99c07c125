import type { CourierSettings } from './courier-context';

/**
 * Whether the pod must take no more items. A pod of a pool has no share of the items after which it ends, so without an age
 * limit no deadline could tell a pod that hangs from one that works.
 */
export function isTooOld({ maxPodMs }: Pick<CourierSettings, 'maxPodMs'>): boolean {
  // It counts from the start of the process, which is that of the container.
  return performance.now() >= maxPodMs;
}
