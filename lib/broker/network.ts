/** How NetworkPolicies restrict the connections of pods, if the cluster enforces NetworkPolicies. */
export enum Network {
  /**
   * Only what the work queue needs is allowed: clients reach the broker and DNS and nothing else, and only clients
   * reach the broker. https://kubernetes.io/docs/concepts/services-networking/network-policies/
   */
  RESTRICTED = 'restricted',

  /** This package restricts nothing: pods may reach whatever the cluster allows. */
  OPEN = 'open',
}
