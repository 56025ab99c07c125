import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Label } from '../../lib/contract/labels';
import { kubectl } from '../../tools/cluster/kubectl';
import { type Namespace, useNamespace } from '../../tools/cluster/namespace';
import { type Json, SynthesizedRun } from '../../tools/synthesized-run';
import { synthesized } from '../support/synthesized';
import { type AdmissionRule, EnforcedRules, RULES_OF_DEFAULTS, rulesOfSettings } from './support/admission-rules';

/** The registry of the default images, by its full name. Each node has them under this name too. */
const REGISTRY = 'docker.io/library';

const LABELS = { 'app.kubernetes.io/name': 'good' };

describe('a namespace with the rules that need no setting', () => {
  const { namespace, test } = useNamespace();
  const rules = useRules(namespace, RULES_OF_DEFAULTS);

  test('admits a run with the defaults, with a broker of three nodes, and the Job is Complete', async () => {
    const run = new SynthesizedRun({ broker: { replicas: 3 } });
    await namespace.apply(run.objects());
    await complete(namespace, run.objects());
  });

  testEachRule(test, rules, RULES_OF_DEFAULTS);
});

describe('a namespace with all rules of docs/platform.md', () => {
  const { namespace, test } = useNamespace();
  const priorityClassName = namespace.name;
  const all = [...RULES_OF_DEFAULTS, ...rulesOfSettings(REGISTRY)];
  const rules = useRules(namespace, all, { priorityClassName });
  afterAll(() => kubectl('delete', 'priorityclass', priorityClassName, '--ignore-not-found'));

  test('admits a run with the settings of docs/platform.md, and the Job is Complete', async () => {
    const objects = chartOfGuide(priorityClassName);
    await namespace.apply(objects);
    await complete(namespace, objects);
  });

  testEachRule(test, rules, all);
});

/** The Pod Security Standard of the namespace would refuse some of the bad pods before the rules are asked. */
function useRules(namespace: Namespace, list: readonly AdmissionRule[], spec: Json = {}): EnforcedRules {
  const rules = new EnforcedRules(namespace, list, { pods: goodPod(spec), statefulsets: goodStatefulSet(spec) });
  beforeAll(async () => {
    const labels = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=privileged`);
    await kubectl('label', 'namespace', namespace.name, '--overwrite', ...labels);
    if (spec.priorityClassName) await namespace.apply([priorityClass(spec.priorityClassName)]);
    await rules.apply();
  });
  afterAll(() => rules.remove());
  return rules;
}

function testEachRule(
  test: (sentence: string, body: () => Promise<void>) => void,
  rules: EnforcedRules,
  list: readonly AdmissionRule[],
): void {
  for (const rule of list) {
    test(`refuses what breaks the rule ${rule.name}, and admits what follows it`, async () => {
      expect(await rules.tryToCreate(rule)).toBe('');
      expect(await rules.tryToCreate(rule, rule.spoil)).toContain(`it breaks the rule ${rule.name}`);
    });
  }
}

async function complete(namespace: Namespace, objects: Json[]): Promise<void> {
  const worker = objects.find(({ kind, metadata }) => kind === 'Job' && metadata.labels[Label.COMPONENT] === 'worker');
  const { outcome, succeeded, failed } = await namespace.ended(worker.metadata.name, 300);
  expect([outcome, succeeded, failed]).toEqual(['Complete', worker.spec.completions, 0]);
}

/** The chart of docs/platform.md, with a registry and a priority class that the cluster has. */
function chartOfGuide(priorityClassName: string): Json[] {
  const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'platform.md'), 'utf8');
  const [, code = ''] = /^```ts\n(.*?useRegistry.*?)^```/ms.exec(guide) ?? [];
  const replaced = code
    .replaceAll('registry.example.com/mirror', REGISTRY)
    .replace(/priorityClassName = '.*?'/, `priorityClassName = '${priorityClassName}'`);
  return synthesized(replaced);
}

/** Its value is that of pods without a class, so no pod of another test has to go for one of these. */
function priorityClass(name: string): Json {
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value: 0 };
}

/** A pod that follows all rules. It is never created: the API server is only asked. */
function goodPod(spec: Json): Json {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'good', labels: LABELS }, spec: goodPodSpec(spec) };
}

function goodPodSpec(spec: Json): Json {
  const container = {
    name: 'good',
    image: `${REGISTRY}/busybox:1.37`,
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '16Mi' } },
    startupProbe: { exec: { command: ['true'] } },
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, readOnlyRootFilesystem: true },
      ...{ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  };
  return { automountServiceAccountToken: false, containers: [container], ...spec };
}

function goodStatefulSet(spec: Json): Json {
  const constraints = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
    ...{ topologyKey, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: LABELS } },
  }));
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'good', labels: LABELS },
    spec: {
      replicas: 3,
      serviceName: 'good',
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: { ...goodPodSpec(spec), topologySpreadConstraints: constraints },
      },
    },
  };
}
