import { Label } from '../contract/labels';
import { Network } from './network';

/** The labels of a client's pods. */
export function clientPodLabels(
  clientLabels: { readonly [key: string]: string } | undefined,
  network: Network,
): Record<string, string> {
  if (!clientLabels) return {};
  return network === Network.RESTRICTED ? { ...clientLabels, [Label.NETWORK]: Network.RESTRICTED } : clientLabels;
}
