import { Lazy } from 'cdk8s';

/**
 * A value that is known only at synth, for an API of cdk8s-plus that requires it earlier. cdk8s resolves it at synth.
 */
export function lazy<T>(produce: () => T): T {
  return Lazy.any({ produce }) as unknown as T;
}
