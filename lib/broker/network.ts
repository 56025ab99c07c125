/** How NetworkPolicies restrict the connections of pods, if the cluster enforces NetworkPolicies. */
export enum Network {
  /**
   * Only what the work queue needs is allowed. Seeders and workers reach the broker and DNS, which is port 53 of any
   * address. Nothing reaches them, and only they reach the broker.
   * https://kubernetes.io/docs/concepts/services-networking/network-policies/
   */
  RESTRICTED = 'restricted',

  /** This package restricts nothing: pods may reach whatever the cluster allows. */
  OPEN = 'open',
}
