import type { k8s } from 'cdk8s-plus-28';
import type { Job, Manifest } from '../manifest/manifest';
import type { NetworkExplanation } from './explanation';

type Selector = k8s.LabelSelector | undefined;
type Labels = Readonly<Record<string, string>>;

/** What the policies of the manifest allow the pods of a Job. Policies add up: what one of them allows is allowed. */
export function explainNetwork(manifest: Manifest, job: Job): NetworkExplanation {
  const labels = job.spec.template.metadata?.labels ?? {};
  const policies = policiesOf(manifest, job.namespace).filter(({ podSelector }) => selects(podSelector, labels));
  const of = (type: 'Ingress' | 'Egress') => policies.filter((policy) => typesOf(policy).includes(type));
  const [egress, ingress] = [of('Egress'), of('Ingress')];
  return {
    egress:
      egress.length === 0
        ? null
        : egress.flatMap((policy) => (policy.egress ?? []).map(({ to, ports }) => rule(to, ports, manifest))),
    ingress:
      ingress.length === 0
        ? null
        : ingress.flatMap((policy) => (policy.ingress ?? []).map(({ from, ports }) => rule(from, ports, manifest))),
  };
}

function policiesOf({ objects }: Manifest, namespace: string | undefined): k8s.NetworkPolicySpec[] {
  return objects.flatMap((object) => {
    if (object.kind !== 'NetworkPolicy' || object.metadata?.namespace !== namespace) return [];
    const { spec } = object as k8s.KubeNetworkPolicyProps;
    return spec ? [spec] : [];
  });
}

/** As Kubernetes has it if a policy names no types. */
function typesOf({ policyTypes, egress }: k8s.NetworkPolicySpec): readonly string[] {
  return policyTypes ?? (egress ? ['Ingress', 'Egress'] : ['Ingress']);
}

/** A selector without labels selects all pods. One with expressions, which this package does not write, is not read. */
function selects(selector: Selector, labels: Labels): boolean {
  if (selector?.matchExpressions?.length) return false;
  return Object.entries(selector?.matchLabels ?? {}).every(([name, value]) => labels[name] === value);
}

function rule(
  peers: readonly k8s.NetworkPolicyPeer[] | undefined,
  ports: readonly k8s.NetworkPolicyPort[] | undefined,
  manifest: Manifest,
): string {
  const where = peers?.length ? peers.map((peer) => peerText(peer, manifest)).join(' or ') : 'any address';
  return `${where}, ${ports?.length ? ports.map(portText).join(' and ') : 'all ports'}`;
}

function portText({ port, endPort, protocol = 'TCP' }: k8s.NetworkPolicyPort): string {
  if (port === undefined) return `all ports (${protocol})`;
  return `${endPort === undefined ? 'port' : 'ports'} ${port}${endPort === undefined ? '' : ` to ${endPort}`} (${protocol})`;
}

function peerText({ podSelector, namespaceSelector, ipBlock }: k8s.NetworkPolicyPeer, manifest: Manifest): string {
  if (ipBlock) {
    const except = ipBlock.except?.length ? ` except ${ipBlock.except.join(', ')}` : '';
    return `the addresses ${ipBlock.cidr}${except}`;
  }
  const pods = podSelector ? podsText(podSelector, manifest) : 'all pods';
  return namespaceSelector ? `${pods} in ${namespacesText(namespaceSelector)}` : pods;
}

function podsText(selector: k8s.LabelSelector, { objects }: Manifest): string {
  for (const object of objects) {
    const { kind, metadata } = object;
    const { spec } = object as { spec?: { template?: { metadata?: { labels?: Labels } } } };
    const labels = spec?.template?.metadata?.labels;
    if (labels && selectsSomething(selector) && selects(selector, labels))
      return `the pods of ${kind} ${metadata?.name}`;
  }
  return `pods with ${labelsText(selector)}`;
}

function selectsSomething({ matchLabels, matchExpressions }: k8s.LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length + (matchExpressions?.length ?? 0) > 0;
}

function namespacesText(selector: k8s.LabelSelector): string {
  const name = selector.matchLabels?.['kubernetes.io/metadata.name'];
  if (!selectsSomething(selector)) return 'all namespaces';
  return name === undefined ? `namespaces with ${labelsText(selector)}` : `namespace ${name}`;
}

function labelsText({ matchLabels = {}, matchExpressions = [] }: k8s.LabelSelector): string {
  const labels = Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`);
  return [...labels, ...matchExpressions.map((expression) => JSON.stringify(expression))].join(', ') || 'any labels';
}
