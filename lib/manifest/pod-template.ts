import { k8s } from 'cdk8s-plus-28';
import { canonicalQuantity } from '../validation/quantity';

/**
 * A pod template in the form of a manifest, as the API server would write it. Otherwise, every `kubectl apply` of the
 * same file would find something to change, and print "configured". What is off is left out: some versions of cdk8s-plus
 * write it and others do not, and a Job's name must not depend on that.
 *
 * The KubeJob of cdk8s-plus is not used for this, because it renders after the JSON patches. A patch of a memory limit
 * to "1Gi" would get lost there, and so would every field that Kubernetes 1.28 does not have.
 */
export function podTemplate(template: k8s.PodTemplateSpec): object {
  const { hostNetwork, shareProcessNamespace, ...spec } = template.spec ?? { containers: [] };
  const on = { ...(hostNetwork && { hostNetwork }), ...(shareProcessNamespace && { shareProcessNamespace }) };
  return canonical(
    k8s.KubeJob.manifest({ spec: { template: { ...template, spec: { ...spec, ...on } } } }).spec.template,
  );
}

const QUANTITIES = new Set(['cpu', 'memory', 'storage', 'ephemeral-storage', 'sizeLimit']);

function canonical<T>(value: T, key = ''): T {
  if (typeof value === 'string' && QUANTITIES.has(key)) return canonicalQuantity(value) as T;
  if (Array.isArray(value)) return value.map((inner) => canonical(inner)) as T;
  // A lazy value stays as it is.
  if (value?.constructor !== Object) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, canonical(inner, name)])) as T;
}
