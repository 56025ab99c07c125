import type { k8s, Topology } from 'cdk8s-plus-28';
import type { Check } from '../validation/check';

/**
 * How pods are spread over the parts of a cluster, such as its nodes or its zones.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
export interface TopologySpread {
  /** The label of the cluster's nodes by which the pods are spread, such as `Topology.ZONE` or `Topology.HOSTNAME`. */
  readonly topology: Topology;

  /**
   * By how many pods two parts of the cluster may differ. Minimum: 1.
   *
   * @default 1
   */
  readonly maxSkew?: number;

  /**
   * Whether a pod waits if it cannot be placed without a larger difference. If false, the pod then runs where the
   * difference is smallest.
   *
   * @default false
   */
  readonly required?: boolean;

  /**
   * Over how many parts of the cluster the pods must be spread at least. With fewer parts, a pod waits. Minimum: 1. It
   * requires `required`.
   *
   * @default - the number of parts does not matter
   */
  readonly minDomains?: number;
}

const HINT = 'Use Topology.ZONE, Topology.HOSTNAME, or Topology.custom with the label of the nodes.';

/** The same in the form of a manifest, for pods with these labels. Nothing, if the list is empty. */
export function topologySpreadConstraints(
  check: Check,
  spreads: readonly TopologySpread[],
  matchLabels: Readonly<Record<string, string>>,
): k8s.TopologySpreadConstraint[] | undefined {
  if (spreads.length === 0) return undefined;
  requireDifferentTopologies(check, spreads);
  return spreads.map(({ topology, maxSkew = 1, required = false, minDomains }, n) => {
    const name = `topologySpread[${n}]`;
    check.labelKey(`${name}.topology`, topology.key, HINT);
    check.wholeNumber(`${name}.maxSkew`, maxSkew, 1, 'With 1, the pods are spread as evenly as possible.');
    if (minDomains !== undefined) requireMinDomains(check, `${name}.minDomains`, minDomains, required);
    return {
      topologyKey: topology.key,
      maxSkew,
      whenUnsatisfiable: required ? 'DoNotSchedule' : 'ScheduleAnyway',
      minDomains,
      labelSelector: { matchLabels },
    };
  });
}

/**
 * Kubernetes accepts a topology twice, with and without waiting, but `kubectl apply` merges the list by topology: the
 * `patchMergeKey` in https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/api/core/v1/types.go
 */
function requireDifferentTopologies(check: Check, spreads: readonly TopologySpread[]): void {
  const keys = spreads.map(({ topology }) => topology.key);
  const n = keys.findIndex((key, at) => keys.indexOf(key) < at);
  if (n < 0) return;
  const rule = `is also the topology of topologySpread[${keys.indexOf(keys[n])}]`;
  throw check.conflict(`topologySpread[${n}].topology`, JSON.stringify(keys[n]), rule, 'Omit one of them.');
}

function requireMinDomains(check: Check, name: string, given: number, required: boolean): void {
  check.wholeNumber(name, given, 1, 'Omit it if the number of parts does not matter.');
  if (!required) throw check.conflict(name, given, 'requires required: true', 'Also set required: true, or omit it.');
}
