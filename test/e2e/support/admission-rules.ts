import { askKubectl, kubectl } from '../../../tools/cluster/kubectl';
import type { Namespace } from '../../../tools/cluster/namespace';
import type { Json } from '../../../tools/synthesized-run';
import { until } from '../../../tools/until';

/** A rule about pods, or about StatefulSets, as a platform team enforces it. */
export interface AdmissionRule {
  /** The name of the policy of https://github.com/kyverno/policies that has this rule. */
  readonly name: string;
  readonly resource: 'pods' | 'statefulsets';
  /** A CEL expression that is true for an object that follows the rule. */
  readonly cel: string;
  /** Makes an object that follows all rules break this one. */
  readonly spoil: (object: Json) => void;
}

const ALL = 'object.spec.containers + object.spec.?initContainers.orValue([])';

function pods(name: string, cel: string, spoil: (pod: Json) => void): AdmissionRule {
  return { name, resource: 'pods', cel, spoil };
}

/** The rules that each pod of this package follows without any setting. */
export const RULES_OF_DEFAULTS: readonly AdmissionRule[] = [
  pods('disallow-latest-tag', `(${ALL}).all(c, c.image.contains(':') && !c.image.endsWith(':latest'))`, ({ spec }) => {
    // In the same registry, for which there is a rule too.
    spec.containers[0].image = spec.containers[0].image.replace(/:[^:]*$/, ':latest');
  }),
  pods('require-labels', `object.metadata.?labels[?'app.kubernetes.io/name'].orValue('') != ''`, ({ metadata }) => {
    metadata.labels = {};
  }),
  pods(
    'require-drop-all',
    `(${ALL}).all(c, c.?securityContext.?capabilities.?drop.orValue([]).exists(d, d == 'ALL'))`,
    ({ spec }) => {
      spec.containers[0].securityContext.capabilities = { drop: ['NET_RAW'] };
    },
  ),
  pods(
    'require-run-as-nonroot',
    `object.spec.?securityContext.?runAsNonRoot.orValue(false) || (${ALL}).all(c, c.?securityContext.?runAsNonRoot.orValue(false))`,
    ({ spec }) => {
      spec.containers[0].securityContext.runAsNonRoot = false;
    },
  ),
  pods(
    'require-non-root-groups',
    `object.spec.?securityContext.?runAsGroup.orValue(0) > 0 || (${ALL}).all(c, c.?securityContext.?runAsGroup.orValue(0) > 0)`,
    ({ spec }) => {
      spec.containers[0].securityContext.runAsGroup = 0;
    },
  ),
  pods(
    'restrict-automount-sa-token',
    'object.spec.?automountServiceAccountToken.orValue(true) == false',
    ({ spec }) => {
      spec.automountServiceAccountToken = true;
    },
  ),
  pods(
    'disallow-secrets-from-env-vars',
    `(${ALL}).all(c, c.?env.orValue([]).all(e, !has(e.valueFrom) || !has(e.valueFrom.secretKeyRef)) && c.?envFrom.orValue([]).all(e, !has(e.secretRef)))`,
    ({ spec }) => {
      spec.containers[0].envFrom = [{ secretRef: { name: 'a-secret' } }];
    },
  ),
  pods(
    'require-emptydir-requests-limits',
    `object.spec.?volumes.orValue([]).all(v, !has(v.emptyDir) || has(v.emptyDir.sizeLimit))`,
    ({ spec }) => {
      spec.volumes = [{ name: 'scratch', emptyDir: {} }];
    },
  ),
  {
    name: 'topologyspreadconstraints-policy',
    resource: 'statefulsets',
    cel:
      'object.spec.replicas < 3 || ' +
      `['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].all(key, object.spec.template.spec.?topologySpreadConstraints.orValue([]).exists(t, t.topologyKey == key))`,
    spoil: ({ spec }) => {
      spec.template.spec.topologySpreadConstraints = [];
    },
  },
];

/** The rules that a run follows with the settings of docs/platform.md. */
export function rulesOfSettings(registry: string): readonly AdmissionRule[] {
  return [
    pods(
      'require-pod-requests-limits',
      `object.spec.containers.all(c, ['cpu', 'memory'].all(r, r in c.?resources.?requests.orValue({})) && 'memory' in c.?resources.?limits.orValue({}))`,
      ({ spec }) => {
        spec.containers[0].resources.limits = { memory: undefined };
      },
    ),
    pods(
      'require-ro-rootfs',
      'object.spec.containers.all(c, c.?securityContext.?readOnlyRootFilesystem.orValue(false))',
      ({ spec }) => {
        spec.containers[0].securityContext.readOnlyRootFilesystem = false;
      },
    ),
    pods('require-pod-priorityclassname', `object.spec.?priorityClassName.orValue('') != ''`, ({ spec }) => {
      spec.priorityClassName = undefined;
    }),
    pods(
      'require-probes',
      'object.spec.containers.all(c, has(c.livenessProbe) || has(c.startupProbe) || has(c.readinessProbe))',
      ({ spec }) => {
        spec.containers[0].startupProbe = undefined;
      },
    ),
    pods('restrict-image-registries', `(${ALL}).all(c, c.image.startsWith('${registry}/'))`, ({ spec }) => {
      spec.containers[0].image = 'registry.example.com/busybox:1.37';
    }),
  ];
}

/** Rules that the API server enforces in one namespace, as a policy engine would. */
export class EnforcedRules {
  constructor(
    private readonly namespace: Namespace,
    private readonly rules: readonly AdmissionRule[],
    /** What follows all rules. */
    private readonly good: Record<AdmissionRule['resource'], Json>,
  ) {}

  async apply(): Promise<void> {
    await this.namespace.apply(this.rules.flatMap((rule) => [this.policy(rule), this.binding(rule)]));
    for (const rule of this.rules) {
      await until(`the API server enforces ${rule.name}`, async () => {
        const answer = await this.tryToCreate(rule, rule.spoil);
        return answer.includes(rule.name) || undefined;
      });
    }
  }

  /** What the API server says of an object that breaks a rule, or of one that breaks none. Nothing, if it accepts it. */
  async tryToCreate(rule: AdmissionRule, change: (object: Json) => void = () => {}): Promise<string> {
    const object = structuredClone(this.good[rule.resource]);
    change(object);
    const create = ['create', '--namespace', this.namespace.name, '--dry-run=server', '--filename', '-'];
    const { status, stderr } = await askKubectl(create, JSON.stringify(object));
    return status === 0 ? '' : stderr;
  }

  /** The policies are no objects of the namespace, so they do not end with it. */
  async remove(): Promise<void> {
    const names = this.rules.map((rule) => this.nameOf(rule));
    for (const kind of ['validatingadmissionpolicybinding', 'validatingadmissionpolicy']) {
      await kubectl('delete', kind, '--ignore-not-found', ...names);
    }
  }

  private nameOf({ name }: AdmissionRule): string {
    return `${this.namespace.name}-${name}`;
  }

  private policy(rule: AdmissionRule): Json {
    const apiGroups = [rule.resource === 'pods' ? '' : 'apps'];
    const match = { apiGroups, apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [rule.resource] };
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: this.nameOf(rule) },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [match] },
        validations: [{ expression: rule.cel, message: `it breaks the rule ${rule.name}` }],
      },
    };
  }

  private binding(rule: AdmissionRule): Json {
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: this.nameOf(rule) },
      spec: {
        policyName: this.nameOf(rule),
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': this.namespace.name } } },
      },
    };
  }
}
