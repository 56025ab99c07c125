import { k8s } from 'cdk8s-plus-28';

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

/**
 * The largest unit that leaves a whole number: `1Gi`, not `1024Mi`; `1`, not `1000m`; `500m`, not `0.5`.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function canonicalQuantity(quantity: string): string {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(m|[KMGTP]i)?$/.exec(quantity) ?? [];
  if (digits === undefined) return quantity;
  if (unit === undefined || unit === 'm') {
    const millis = Number(digits) * (unit ? 1 : 1000);
    return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
  }
  const units = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'];
  let amount = Number(digits);
  let at = units.indexOf(unit);
  for (; amount % 1024 === 0 && amount > 0 && at < units.length - 1; at++) amount /= 1024;
  return `${amount}${units[at]}`;
}
