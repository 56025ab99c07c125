import { ApiObject, JsonPatch } from 'cdk8s';
import { Node, NodeLabelQuery, NodeTaintQuery, Topology, type Workload } from 'cdk8s-plus-28';
import { type Json, SynthesizedRun, type SynthesizedRunProps } from '../../../tools/synthesized-run';

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
    ApiObject.of(pods).addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'low'));
  }
  for (const { spec } of podsIn(run)) expect(spec.priorityClassName).toBe('low');
});

test('without a change, no pod has tolerations or an affinity', () => {
  for (const { spec } of podsIn(new SynthesizedRun())) {
    expect(spec).not.toHaveProperty('tolerations');
    expect(spec).not.toHaveProperty('affinity');
  }
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
