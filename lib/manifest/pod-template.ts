import { k8s } from 'cdk8s-plus-28';
import { canonicalQuantity } from '../validation/quantity';

/**
 * A pod template in its manifest form, as the API server itself would write it: otherwise every `kubectl apply` of the same
 * file finds something to change and says "configured".
 *
 * The manifest form, not the form of cdk8s-plus' KubeJob, because that renders after the JSON patches: a patch of a memory
 * limit to "1Gi" would vanish there, and with it every field that Kubernetes 1.28 did not have.
 */
export function podTemplate(template: k8s.PodTemplateSpec): object {
  const { hostNetwork, ...spec } = template.spec ?? { containers: [] };
  const plain = { ...template, spec: hostNetwork ? { ...spec, hostNetwork } : spec };
  return canonical(k8s.KubeJob.manifest({ spec: { template: plain } }).spec.template);
}

const QUANTITIES = new Set(['cpu', 'memory', 'storage', 'ephemeral-storage', 'sizeLimit']);

function canonical<T>(value: T, key = ''): T {
  if (typeof value === 'string' && QUANTITIES.has(key)) return canonicalQuantity(value) as T;
  if (Array.isArray(value)) return value.map((inner) => canonical(inner)) as T;
  // Not what is still lazy.
  if (value?.constructor !== Object) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, canonical(inner, name)])) as T;
}
