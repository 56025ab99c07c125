/** How far the network of pods is closed, where the cluster enforces NetworkPolicies. */
export enum Network {
  /**
   * Only what the work queue needs: clients reach the broker and DNS and nothing else, and only clients reach the broker.
   * https://kubernetes.io/docs/concepts/services-networking/network-policies/
   */
  RESTRICTED = 'restricted',

  /** Whatever the cluster allows. */
  OPEN = 'open',
}
