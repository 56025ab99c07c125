import { Network } from './network';

/** The label of a pod whose connections the broker's NetworkPolicy restricts. */
export const NETWORK_LABEL = 'cdk8s-work-queue/network';

/** The labels of a client's pods. */
export function clientPodLabels(
  clientLabels: { readonly [key: string]: string } | undefined,
  network: Network,
): Record<string, string> {
  if (!clientLabels) return {};
  return network === Network.RESTRICTED ? { ...clientLabels, [NETWORK_LABEL]: Network.RESTRICTED } : clientLabels;
}
