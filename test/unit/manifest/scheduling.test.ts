import { ApiObject, JsonPatch } from 'cdk8s';
import { Node, NodeLabelQuery, NodeTaintQuery, Pod, Topology, type Workload } from 'cdk8s-plus-28';
import type { TopologySpread } from '../../../lib/index';
import {
  type Json,
  SynthesizedPoolRun,
  SynthesizedRun,
  type SynthesizedRunProps,
} from '../../../tools/synthesized-run';

/** Everything that runs pods. */
const workloads = ({ broker, queue, job }: SynthesizedRun) => [broker, broker.credentialsJob, queue, job];

const podsIn = (run: SynthesizedRun): Json[] => run.objects().flatMap(({ spec }) => spec?.template ?? []);

function changed(
  change: (pods: Pick<Workload, 'scheduling' | 'podMetadata'>) => void,
  props: SynthesizedRunProps = {},
) {
  const run = new SynthesizedRun(props);
  for (const pods of workloads(run)) change(pods);
  return run;
}

test('a toleration reaches the pods of broker, credentials Job, seeder and worker', () => {
  const run = changed(({ scheduling }) => scheduling.tolerate(Node.tainted(NodeTaintQuery.is('dedicated', 'batch'))));
  expect(podsIn(run)).toHaveLength(4);
  for (const { spec } of podsIn(run)) {
    expect(spec.tolerations).toEqual([{ key: 'dedicated', operator: 'Equal', value: 'batch' }]);
  }
});

test('a choice of nodes reaches the pods of broker, credentials Job, seeder and worker', () => {
  const run = changed(({ scheduling }) => scheduling.attract(Node.labeled(NodeLabelQuery.is('pool', 'batch'))));
  const nodeSelectorTerms = [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['batch'] }] }];
  for (const { spec } of podsIn(run)) {
    expect(spec.affinity).toEqual({
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
    });
  }
});

test('labels and annotations reach the pods of broker, credentials Job, seeder and worker', () => {
  const run = changed(({ podMetadata }) => {
    podMetadata.addLabel('team', 'fruit');
    podMetadata.addAnnotation('example.com/note', 'x');
  });
  for (const { metadata } of podsIn(run)) {
    expect(metadata.labels).toMatchObject({ team: 'fruit', 'cdk8s-work-queue/chart': 'test' });
    expect(metadata.annotations).toMatchObject({ 'example.com/note': 'x' });
  }
});

test('what has no property reaches the pods of broker, credentials Job, seeder and worker as a patch', () => {
  const run = new SynthesizedRun();
  for (const pods of workloads(run)) {
    ApiObject.of(pods).addJsonPatch(JsonPatch.add('/spec/template/spec/runtimeClassName', 'gvisor'));
  }
  for (const { spec } of podsIn(run)) expect(spec.runtimeClassName).toBe('gvisor');
});

test('without a change, no pod has tolerations, an affinity, a priority class or topology spread constraints', () => {
  for (const { spec } of podsIn(new SynthesizedRun())) {
    for (const field of ['tolerations', 'affinity', 'priorityClassName', 'topologySpreadConstraints']) {
      expect(spec).not.toHaveProperty(field);
    }
  }
});

describe('`priorityClassName`', () => {
  test('is that of the pods of broker, credentials Job, seeder and worker', () => {
    const low = { priorityClassName: 'low' };
    const pods = podsIn(new SynthesizedRun({ broker: low, seeder: low, worker: low }));
    expect(pods.map(({ spec }) => spec.priorityClassName)).toEqual(Array(4).fill('low'));
  });

  test('is that of the pods of a pool', () => {
    const run = new SynthesizedPoolRun({ worker: { priorityClassName: 'low' } });
    expect(run.workerJob().spec.template.spec.priorityClassName).toBe('low');
  });

  test.each<[string, SynthesizedRunProps]>([
    ["RabbitMQ 'test/rabbitmq'", { broker: { priorityClassName: 'Low' } }],
    ["QueueSeeder 'test/fruits'", { seeder: { priorityClassName: '' } }],
    ["CoarseWorkerJob 'test/eat'", { worker: { priorityClassName: 'a b' } }],
  ])('that cannot be the name of an object is an error of %s', (context, props) => {
    expect(() => new SynthesizedRun(props)).toThrow(
      new RegExp(`${context}: priorityClassName is "(Low||a b)"; it cannot be the name of a Kubernetes object\\. Use`),
    );
  });
});

describe('`topologySpread`', () => {
  const constraintsOf = ({ spec }: Json) => spec.template.spec.topologySpreadConstraints;
  const worker = (...topologySpread: TopologySpread[]) => new SynthesizedRun({ worker: { topologySpread } });

  test('of a worker spreads the pods of its Job, by labels that its pods have', () => {
    const job = worker(
      { topology: Topology.ZONE },
      { topology: Topology.custom('example.com/rack'), maxSkew: 2, required: true, minDomains: 3 },
    ).workerJob();
    const labelSelector = { matchLabels: { [Pod.ADDRESS_LABEL]: expect.stringMatching(/^test-eat-/) } };
    expect(constraintsOf(job)).toEqual([
      { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
      {
        topologyKey: 'example.com/rack',
        ...{ maxSkew: 2, minDomains: 3, whenUnsatisfiable: 'DoNotSchedule', labelSelector },
      },
    ]);
    expect(job.spec.template.metadata.labels).toMatchObject(constraintsOf(job)[0].labelSelector.matchLabels);
  });

  test('of a pool spreads its pods', () => {
    const run = new SynthesizedPoolRun({ worker: { topologySpread: [{ topology: Topology.HOSTNAME }] } });
    expect(constraintsOf(run.workerJob())).toHaveLength(1);
  });

  test.each([3, 5])('a broker of %d nodes is spread over nodes and zones by default', (replicas) => {
    const statefulSet = new SynthesizedRun({ broker: { replicas } }).statefulSet();
    const labelSelector = statefulSet.spec.selector;
    expect(constraintsOf(statefulSet)).toEqual(
      ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
        ...{ topologyKey, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
      })),
    );
  });

  test('of a broker replaces the default', () => {
    const of = (topologySpread: TopologySpread[]) =>
      constraintsOf(new SynthesizedRun({ broker: { replicas: 3, topologySpread } }).statefulSet());
    expect(of([{ topology: Topology.ZONE, required: true }])).toMatchObject([{ whenUnsatisfiable: 'DoNotSchedule' }]);
    expect(of([])).toBeUndefined();
  });

  test.each<[string, TopologySpread[], string]>([
    [
      'the same topology twice',
      [{ topology: Topology.ZONE }, { topology: Topology.ZONE, required: true }],
      'topologySpread[1].topology is "topology.kubernetes.io/zone"; it is also the topology of topologySpread[0]. Omit one',
    ],
    [
      'a topology that is not a label',
      [{ topology: Topology.custom('my rack') }],
      'topologySpread[0].topology is "my rack"; it cannot be the key of a Kubernetes label. Use Topology.ZONE',
    ],
    [
      'a difference of 0',
      [{ topology: Topology.ZONE, maxSkew: 0 }],
      'topologySpread[0].maxSkew is 0; it must be a whole number from 1',
    ],
    [
      '`minDomains` of 0',
      [{ topology: Topology.ZONE, minDomains: 0, required: true }],
      'topologySpread[0].minDomains is 0; it must be a whole number from 1',
    ],
    [
      '`minDomains` without `required`',
      [{ topology: Topology.ZONE, minDomains: 2 }],
      'topologySpread[0].minDomains is 2; it requires required: true. Also set required: true, or omit it',
    ],
  ])('with %s is an error', (_what, topologySpread, message) => {
    expect(() => worker(...topologySpread)).toThrow(`CoarseWorkerJob 'test/eat': ${message}`);
    const broker = { replicas: 3, topologySpread };
    expect(() => new SynthesizedRun({ broker })).toThrow(`RabbitMQ 'test/rabbitmq': ${message}`);
  });
});

test('another choice of nodes changes neither the name of the queue nor the selectors of the broker', () => {
  const plain = new SynthesizedRun();
  const run = changed(({ scheduling }) => scheduling.tolerate(Node.tainted(NodeTaintQuery.is('dedicated', 'batch'))));
  expect(run.job.name).not.toBe(plain.job.name);
  expect(run.broker.credentialsJob.name).not.toBe(plain.broker.credentialsJob.name);
  expect(run.queue.queueName).toBe(plain.queue.queueName);
  expect(run.statefulSet().spec.selector).toEqual(plain.statefulSet().spec.selector);
  expect(run.statefulSet().metadata.name).toBe(plain.statefulSet().metadata.name);
});

test('several nodes of a broker keep their preference for different machines beside yours', () => {
  const run = new SynthesizedRun({ broker: { replicas: 3 } });
  run.broker.scheduling.spread({ topology: Topology.ZONE });
  const { podAntiAffinity } = run.statefulSet().spec.template.spec.affinity;
  expect(podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution).toHaveLength(1);
  const [term, ...others] = podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
  expect(others).toEqual([]);
  expect(term).toEqual({
    labelSelector: run.statefulSet().spec.selector,
    topologyKey: 'topology.kubernetes.io/zone',
  });
});
