import { App, Chart } from 'cdk8s';
import { Pod } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EnvName } from '../../../lib/contract/environment';
import { Label } from '../../../lib/contract/labels';
import {
  CoarseWorkerJob,
  type CoarseWorkerJobProps,
  type IWorkQueue,
  Program,
  RabbitMQ,
  Tls,
} from '../../../lib/index';
import { labelValue } from '../../../lib/manifest/labels';
import { type Json, newChart, SynthesizedRun, type SynthesizedRunProps } from '../../../tools/synthesized-run';

/** Every kind of object that this package creates. */
const EVERYTHING: SynthesizedRunProps = {
  broker: { replicas: 3, metrics: true, podMonitor: true, tls: Tls.certManager({ name: 'issuer' }) },
  worker: { program: Program.script(__filename, { interpreter: ['node'] }) },
};

const NAME = 'q'.repeat(300);

const labelsOf = ({ metadata }: Json): Record<string, string> => metadata.labels ?? {};
const podsOf = (objects: Json[]): Json[] => objects.flatMap(({ spec }) => (spec?.template ? [spec.template] : []));

describe('the label `chart`', () => {
  const objects = new SynthesizedRun(EVERYTHING).objects();
  const kinds = [...new Set(objects.map(({ kind }) => kind))].sort();

  test('this package creates objects of these kinds', () => {
    expect(kinds).toEqual(
      [
        ...['Certificate', 'ConfigMap', 'Job', 'NetworkPolicy', 'PodDisruptionBudget', 'PodMonitor', 'Role'],
        ...['RoleBinding', 'Service', 'ServiceAccount', 'StatefulSet'],
      ].sort(),
    );
  });

  test.each(kinds)('every %s has the id of its chart in the label `chart`', (kind) => {
    for (const object of objects.filter((each) => each.kind === kind)) {
      expect(labelsOf(object)).toMatchObject({ [Label.CHART]: 'test' });
    }
  });

  test('all pods have the label `chart`', () => {
    expect(podsOf(objects)).toHaveLength(4);
    for (const pod of podsOf(objects)) expect(labelsOf(pod)).toMatchObject({ [Label.CHART]: 'test' });
  });

  test('what is created in the cluster has the label `chart`: volume claims, generated Secrets, the certificate', () => {
    const [claim] = objects.find(({ kind }) => kind === 'StatefulSet').spec.volumeClaimTemplates;
    expect(claim.metadata.labels).toEqual({ [Label.CHART]: 'test' });
    const { secretTemplate } = objects.find(({ kind }) => kind === 'Certificate').spec;
    expect(secretTemplate).toEqual({ labels: { [Label.CHART]: 'test' } });
    const containers = podsOf(objects).flatMap(({ spec }) => spec.containers);
    const { env } = containers.find(({ name }) => name === 'credentials');
    expect(env).toContainEqual({ name: EnvName.CHART, value: 'test' });
  });

  test('the label `chart` of a nested chart has its path, and a hash', () => {
    const chart = new Chart(new Construct(new App(), 'prod'), 'fruits');
    for (const object of new SynthesizedRun({}, chart).objects()) {
      expect(labelsOf(object)[Label.CHART]).toMatch(/^prod-fruits-[0-9a-f]{10}$/);
    }
  });

  test('no selector contains one of the labels for selecting by hand, because selectors cannot change', () => {
    const byHand = [Label.CHART, Label.QUEUE, Label.RUN].map((label) => JSON.stringify(label));
    const selectors = objects.flatMap(({ spec }) => [spec?.selector, spec?.podSelector, spec?.ingress, spec?.egress]);
    for (const label of byHand) expect(JSON.stringify(selectors)).not.toContain(label);
  });
});

describe('the labels `queue` and `run`', () => {
  const labelled = (run: SynthesizedRun) => {
    const objects = run.objects().filter((object) => Label.QUEUE in labelsOf(object));
    return [...objects, ...podsOf(objects)].map(labelsOf);
  };

  test('the Jobs of seeder and worker and their pods have them, and no ConfigMap, which several runs may share', () => {
    const run = new SynthesizedRun(EVERYTHING);
    const objects = run.objects().filter((object) => Label.QUEUE in labelsOf(object));
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`.replace(/[0-9a-f]{10}$/, '#'))).toEqual([
      'Job test-fruits-#',
      'Job test-eat-#',
    ]);
    expect(labelled(run)).toHaveLength(4);
  });

  test('they contain the name of the queue, if there is no `runId`', () => {
    const run = new SynthesizedRun(EVERYTHING);
    const { queueName } = run.queue;
    for (const labels of labelled(run)) {
      expect(labels).toMatchObject({ [Label.QUEUE]: queueName, [Label.RUN]: queueName });
    }
  });

  test('the label `run` is the `runId`', () => {
    const run = new SynthesizedRun({ seeder: { runId: '2026-05-01' } });
    for (const labels of labelled(run)) {
      expect(labels).toMatchObject({ [Label.QUEUE]: run.queue.queueName, [Label.RUN]: '2026-05-01' });
    }
  });

  test('another run changes no object that it shares with the first one', () => {
    const first = new SynthesizedRun({ ...EVERYTHING, seeder: { runId: '1' } }).objects();
    const named = (object: Json) => `${object.kind} ${object.metadata.name}`;
    const second = new Map(
      new SynthesizedRun({ ...EVERYTHING, seeder: { runId: '2' } }).objects().map((each) => [named(each), each]),
    );
    const shared = first.filter((object) => second.has(named(object)));
    expect(first.length - shared.length).toBe(2);
    for (const object of shared) expect(second.get(named(object))).toEqual(object);
  });

  test('the queue keeps its name if labels of the chart and of the pods change', () => {
    const labels = { team: 'fruit' };
    const run = new SynthesizedRun({ worker: { podMetadata: { labels } } }, newChart({ labels }));
    run.queue.podMetadata.addLabel('team', 'fruit');
    run.chart.toJson();
    expect(run.queue.queueName).toBe(new SynthesizedRun().queue.queueName);
  });

  test('a queue of another class may have any name', () => {
    const chart = newChart();
    const job = foreignJob(chart, { queueName: NAME, runId: 'a/b' });
    const labels = labelsOf((chart.toJson() as Json[]).find(({ metadata }) => metadata.name === job.name));
    expect(labels[Label.QUEUE]).toMatch(/^q{52}-[0-9a-f]{10}$/);
    expect(labels[Label.RUN]).toMatch(/^a-b-[0-9a-f]{10}$/);
  });
});

describe('labels of the user', () => {
  const mine = { [Label.CHART]: 'mine', [Label.QUEUE]: 'mine', team: 'fruit' };

  test('a label of the chart stays', () => {
    for (const object of new SynthesizedRun({}, newChart({ labels: mine })).objects()) {
      expect(labelsOf(object)).toMatchObject(mine);
    }
  });

  test('the labels of the chart are on the pods of broker, credentials Job, seeder and worker', () => {
    const labels = {
      team: 'fruit',
      'app.kubernetes.io/instance': 'fruits-prod',
      'app.kubernetes.io/managed-by': 'Helm',
    };
    const pods = podsOf(new SynthesizedRun({}, newChart({ labels })).objects());
    expect(pods).toHaveLength(4);
    for (const pod of pods) expect(labelsOf(pod)).toMatchObject(labels);
  });

  test('a label of `podMetadata` replaces one of the chart', () => {
    const worker: Partial<CoarseWorkerJobProps> = { podMetadata: { labels: { team: 'nut' } } };
    const run = new SynthesizedRun({ worker }, newChart({ labels: { team: 'fruit' } }));
    expect(labelsOf(run.workerJob().spec.template)).toMatchObject({ team: 'nut' });
  });

  test('a label of the chart changes neither a selector nor the label by which pods are selected', () => {
    const addresses = (objects: Json[]) => podsOf(objects).map((pod) => labelsOf(pod)[Pod.ADDRESS_LABEL]);
    const selectors = (objects: Json[]) =>
      objects.flatMap(({ spec }) => [spec?.selector, spec?.podSelector, spec?.ingress, spec?.egress]);
    const plain = new SynthesizedRun(EVERYTHING).objects();
    const labels = { team: 'fruit', [Pod.ADDRESS_LABEL]: 'mine' };
    const labelled = new SynthesizedRun(EVERYTHING, newChart({ labels })).objects();
    expect(addresses(labelled)).toEqual(addresses(plain));
    expect(selectors(labelled)).toEqual(selectors(plain));
  });

  test('another label of the chart leads to other Jobs, because their pods cannot change, on the same queue', () => {
    const [plain, labelled] = [newChart(), newChart({ labels: { team: 'fruit' } })].map(
      (chart) => new SynthesizedRun({}, chart),
    );
    expect(labelled.job.name).not.toBe(plain.job.name);
    expect(labelled.queue.name).not.toBe(plain.queue.name);
    expect(labelled.broker.credentialsJob.name).not.toBe(plain.broker.credentialsJob.name);
    expect(labelled.queue.queueName).toBe(plain.queue.queueName);
    expect(labelled.statefulSet().metadata.name).toBe(plain.statefulSet().metadata.name);
    expect(labelled.statefulSet().spec.volumeClaimTemplates).toEqual(plain.statefulSet().spec.volumeClaimTemplates);
  });

  test('a label of `podMetadata` stays', () => {
    const worker: Partial<CoarseWorkerJobProps> = { podMetadata: { labels: mine } };
    expect(labelsOf(new SynthesizedRun({ worker }).workerJob().spec.template)).toMatchObject(mine);
  });
});

test('names without hashes do not change the labels', () => {
  const run = new SynthesizedRun({}, newChart({ disableResourceNameHashes: true }));
  for (const object of run.objects()) expect(labelsOf(object)[Label.CHART]).toBe('test');
});

describe('a label value', () => {
  test.each(['fruits', 'a', 'A.b_c-d', 'x'.repeat(63)])('%s stays as it is', (text) => {
    expect(labelValue(text)).toBe(text);
  });

  test.each([
    ['', /^[0-9a-f]{10}$/],
    ['/', /^[0-9a-f]{10}$/],
    ['a/b', /^a-b-[0-9a-f]{10}$/],
    ['-a-', /^a-[0-9a-f]{10}$/],
    ['früchte', /^fr-chte-[0-9a-f]{10}$/],
    ['x'.repeat(64), /^x{52}-[0-9a-f]{10}$/],
    [`${'x'.repeat(51)}/y`, /^x{51}-[0-9a-f]{10}$/],
  ])('of %j is valid', (text, pattern) => {
    expect(labelValue(text)).toMatch(pattern);
  });

  test('differs between strings that look alike when they are cut', () => {
    const values = ['a/b', 'a b', `${NAME}1`, `${NAME}2`].map(labelValue);
    expect(new Set(values).size).toBe(values.length);
  });
});

/** A worker on a queue that is not a `QueueSeeder`. */
function foreignJob(chart: Chart, names: Pick<IWorkQueue, 'queueName' | 'runId'>): CoarseWorkerJob {
  const broker = new RabbitMQ(chart, 'rabbitmq');
  const queue = Object.assign(new Construct(chart, 'foreign'), {
    ...{ ...names, broker, itemCount: 8, attachWorker: () => {} },
  });
  return new CoarseWorkerJob(chart, 'eat', { queue, image: 'busybox:1.37', program: Program.command('cat') });
}
