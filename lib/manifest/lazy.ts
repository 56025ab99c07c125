import { Lazy } from 'cdk8s';

/** A value that is known only at synth, where an API of cdk8s-plus asks for it now. cdk8s resolves it when it renders. */
export function lazy<T>(produce: () => T): T {
  return Lazy.any({ produce }) as unknown as T;
}
