import { Size, SizeRoundingBehavior } from 'cdk8s';
import type { ContainerResources } from 'cdk8s-plus-28';

/**
 * The same resources in the units of cdk8s-plus, with fractions if necessary. It writes memory in MiB and ephemeral
 * storage in GiB, and refuses a size in a smaller unit that is not a whole number of these, such as 512 MiB of ephemeral
 * storage. `podTemplate` then writes the size as the API server does.
 */
export function exactSizes(resources: ContainerResources): ContainerResources {
  const { memory, ephemeralStorage } = resources;
  return {
    ...resources,
    ...(memory && { memory: both(memory, (bytes) => Size.mebibytes(bytes / 2 ** 20)) }),
    ...(ephemeralStorage && { ephemeralStorage: both(ephemeralStorage, (bytes) => Size.gibibytes(bytes / 2 ** 30)) }),
  };
}

interface Pair {
  readonly request?: Size;
  readonly limit?: Size;
}

function both({ request, limit }: Pair, size: (bytes: number) => Size): Pair {
  return {
    ...(request && { request: size(bytesOf(request)) }),
    ...(limit && { limit: size(bytesOf(limit)) }),
  };
}

/** Kubernetes counts whole bytes, and rounds up. */
function bytesOf(size: Size): number {
  return Math.ceil(size.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) * 1024);
}
