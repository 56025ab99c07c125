import { ImagePullPolicy } from 'cdk8s-plus-28';

/**
 * The pull policy that Kubernetes uses by default. cdk8s-plus would always set `Always`, and then a cluster that cannot
 * reach the registry could not start an image that it already has.
 * https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting
 */
export function pullPolicy(image: string): ImagePullPolicy {
  if (image.includes('@')) return ImagePullPolicy.IF_NOT_PRESENT;
  const tag = image.split('/').at(-1)?.split(':')[1] ?? 'latest';
  return tag === 'latest' ? ImagePullPolicy.ALWAYS : ImagePullPolicy.IF_NOT_PRESENT;
}
