import { Network } from './network';

/** Says of a pod that the broker's policy restricts what it may reach. */
export const NETWORK_LABEL = 'cdk8s-work-queue/network';

/** The labels of a client's pods. */
export function clientPodLabels(
  clientLabels: { readonly [key: string]: string } | undefined,
  network: Network,
): Record<string, string> {
  if (!clientLabels) return {};
  return network === Network.RESTRICTED ? { ...clientLabels, [NETWORK_LABEL]: Network.RESTRICTED } : clientLabels;
}
