import { ImagePullPolicy } from 'cdk8s-plus-28';

/**
 * What Kubernetes itself takes by default; cdk8s-plus would always take `Always`, and a cluster without a way to the registry
 * could not start an image that it has.
 * https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting
 */
export function pullPolicy(image: string): ImagePullPolicy {
  if (image.includes('@')) return ImagePullPolicy.IF_NOT_PRESENT;
  const tag = image.split('/').at(-1)?.split(':')[1] ?? 'latest';
  return tag === 'latest' ? ImagePullPolicy.ALWAYS : ImagePullPolicy.IF_NOT_PRESENT;
}
