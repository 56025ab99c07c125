import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart, Size, Yaml } from 'cdk8s';
import { Cpu, Secret } from 'cdk8s-plus-28';
import { explain } from '../../../../cli/explain/explain';
import type { RunExplanation } from '../../../../cli/explain/explanation';
import { explanationText } from '../../../../cli/explain/explanation-text';
import { Manifest } from '../../../../cli/manifest/manifest';
import { ManifestError } from '../../../../cli/manifest/manifest-error';
import {
  CoarseWorkerJob,
  type CoarseWorkerJobProps,
  Delivery,
  Program,
  QueueSeeder,
  RabbitMQ,
  WorkItems,
} from '../../../../lib/index';
import { synthesizedApp } from '../../../support/synthesized';

const golden = (name: string) => readFileSync(join(__dirname, `../../manifest/golden/${name}.k8s.yaml`), 'utf8');

const explainText = (text: string) => explain(Manifest.parse(text));

function explained(
  props: Partial<CoarseWorkerJobProps> = {},
  items = WorkItems.list(['a', 'b', 'c', 'd']),
): RunExplanation {
  const chart = new Chart(new App(), 'test');
  const broker = new RabbitMQ(chart, 'rabbitmq');
  const queue = new QueueSeeder(chart, 'queue', { broker, items });
  const program = Program.command('true');
  new CoarseWorkerJob(chart, 'work', { queue, image: 'busybox:1.37', program, ...props });
  return explainText(Yaml.stringify(...chart.toJson())).runs[0];
}

describe('of main.ts, it says', () => {
  const { version, runs } = explainText(golden('fruits'));
  const [run] = runs;

  test('what there is to do', () => {
    expect([version, runs.length]).toEqual([1, 1]);
    expect(run).toMatchObject({ run: 'fruits-2bd4f35d9f', chart: 'fruits', namespace: null });
    expect(run.items).toEqual({ count: 8, first: ['apple', 'banana', 'cherry'], longestBytes: 6, totalBytes: 39 });
  });

  test('how many pods there are, and how long each thing takes at most', () => {
    expect(run.worker).toMatchObject({
      ...{ kind: 'CoarseWorkerJob', image: 'python:3.13-slim', user: 1000 },
      command: ['python3', '/opt/work-queue/script/worker.py'],
      ...{ podsAtOnce: 2, completions: 8, itemsPerPod: 1, maxPodSeconds: null },
      ...{ maxAttempts: 3, itemTimeoutSeconds: 3600, longestItemSeconds: 11_250, maxInterruptions: 10 },
      ...{ podDeadlineSeconds: 14_850, jobDeadlineSeconds: 176_400 },
    });
  });

  test('what happens on failure', () => {
    expect(run.failure).toEqual({ toleratedDeadLetters: 0, backoffLimit: 12, backoffLimitPerIndex: null });
  });

  test('the limits of queue and broker', () => {
    expect(run.queue).toMatchObject({ type: 'quorum', consumerTimeoutSeconds: 1_209_600, deliveryLimit: 20 });
    expect(run.queue.seeder).toEqual({ job: 'fruits-<hash>', deadlineSeconds: 86_400 });
    expect(run.broker.created).toMatchObject({
      ...{ name: 'fruits-rabbitmq-c85098b3', image: 'rabbitmq:4.3', nodes: 1, volumeBytes: 2 ** 30 },
      ...{ maxMessageBytes: 16 * 2 ** 20, memoryAlarmBytes: 644_245_094, freeDiskBytes: 214_748_364 },
    });
    expect(run.broker.created?.resources.memoryLimitBytes).toBe(2 ** 30);
  });

  test('what the network lets through', () => {
    expect(run.network).toEqual({
      egress: [
        'the pods of StatefulSet fruits-rabbitmq-c85098b3, port 5672 (TCP)',
        'any address, port 53 (UDP) and port 53 (TCP)',
        'all pods in namespace openshift-dns, port 5353 (UDP) and port 5353 (TCP)',
      ],
      ingress: [],
    });
  });
});

test('a pool has pods that take items until there are no more', () => {
  const [{ worker, failure }] = explainText(golden('pool')).runs;
  expect(worker).toMatchObject({ kind: 'WorkerPool', podsAtOnce: 3, itemsPerPod: null, maxPodSeconds: 43_200 });
  expect(worker).toMatchObject({ command: ['echo', 'drew', '@WORK_ITEM@.png'], itemInArguments: true });
  expect(failure).toEqual({ toleratedDeadLetters: 0, backoffLimit: null, backoffLimitPerIndex: 6 });
});

test('each run of a file is explained, with its own items', () => {
  const { runs } = explainText(golden('library'));
  expect(runs.map(({ run, items }) => [run, items.count, items.first?.[0]])).toEqual([
    ['2026-05-04', 3, 'Berlin'],
    ['2026-05-04', 6, '{"shop":"Berlin","of":"sales"}'],
    ['2026-05-04', 4, 'shelf-01'],
  ]);
});

test.each(['frames', 'files', 'key-ranges', 'sweep'])('examples/%s.ts is explained', (name) => {
  const text = explanationText(explainText(Yaml.stringify(...synthesizedApp(`examples/${name}.ts`))));
  expect(text).toMatch(/Items: +\d+ items: /);
  expect(text).not.toMatch(/undefined|NaN|\[object/);
});

describe('the resources of the pods at the same time', () => {
  test('are those of a pod, times the pods', () => {
    const { worker } = explained({
      parallelism: 3,
      resources: {
        cpu: { request: Cpu.millis(500), limit: Cpu.units(2) },
        memory: { request: Size.mebibytes(100), limit: Size.gibibytes(1) },
      },
      courierResources: { cpu: { limit: Cpu.millis(100) }, memory: { limit: Size.mebibytes(256) } },
    });
    expect(worker.podResources).toEqual({
      ...{ cpuRequest: 0.6, cpuLimit: 2.1 },
      ...{ memoryRequestBytes: 356 * 2 ** 20, memoryLimitBytes: 1280 * 2 ** 20 },
    });
    expect(worker.resourcesAtOnce).toEqual({
      ...{ cpuRequest: 1.8, cpuLimit: 6.3 },
      ...{ memoryRequestBytes: 1068 * 2 ** 20, memoryLimitBytes: 3840 * 2 ** 20 },
    });
  });

  test('have no limit if one of the containers has none', () => {
    expect(explained().worker.podResources).toMatchObject({ cpuLimit: null, memoryLimitBytes: null });
  });

  test('are never those of more pods than must succeed', () => {
    expect(explained({ parallelism: 99 }).worker.podsAtOnce).toBe(4);
  });
});

test('many items of a formula are explained at once', () => {
  const { items } = explained({ itemsPerPod: 1000 }, WorkItems.range(1, 400_000));
  expect(items).toMatchObject({ count: 400_000, first: ['1', '2', '3'], longestBytes: 6 });
});

test('a broker that exists already is not in the manifest', () => {
  const chart = new Chart(new App(), 'test');
  const secret = Secret.fromSecretName(chart, 'secret', 'broker-user');
  const broker = RabbitMQ.fromExisting(chart, 'mq', { secret, host: 'mq.shared.svc' });
  const queue = new QueueSeeder(chart, 'queue', { broker, items: WorkItems.list(['a']) });
  new CoarseWorkerJob(chart, 'work', { queue, image: 'busybox:1.37', program: Program.command('true') });
  const found = explainText(Yaml.stringify(...chart.toJson()));
  expect(found.runs[0].broker).toEqual({ url: 'amqp://mq.shared.svc:5672/', created: null });
  expect(found.runs[0].network).toEqual({ egress: null, ingress: null });
  expect(explanationText(found)).toContain('No NetworkPolicy of this manifest restricts the worker pods.');
});

test('a worker whose seeder is in another file is explained without its items', () => {
  const objects = synthesizedApp('main.ts').filter(({ metadata }) => !/^fruits-[0-9a-f]{10}$/.test(metadata.name));
  const found = explainText(Yaml.stringify(...objects));
  expect(found.runs[0].items).toEqual({ count: 8, first: null, longestBytes: null, totalBytes: null });
  expect(explanationText(found)).toContain('8 items. The seeder that fills the queue is not part of this manifest.');
});

test('a list of objects, as kubectl prints it, is a manifest', () => {
  const list = { apiVersion: 'v1', kind: 'List', items: synthesizedApp('main.ts') };
  expect(explainText(JSON.stringify(list)).runs[0].items.count).toBe(8);
});

describe('an error names what is wrong', () => {
  test.each([
    ['an empty file', '', 'The manifest is empty.'],
    ['a file of comments', '# nothing\n---\n', 'The manifest is empty.'],
    ['a text', 'apple\n', 'This is not a manifest of Kubernetes: a part of it is not an object with a `kind`.'],
    ['a table', '- a\n- b\n', 'This is not a manifest of Kubernetes'],
    ['another format', 'a: [1, 2\nb: }', 'This is not a manifest, because it is not YAML: '],
    [
      'a manifest of others',
      'kind: Service\n---\nkind: Job\nmetadata: {name: other}\nspec: {template: {spec: {containers: [{name: main}]}}}\n',
      'The manifest has no worker Job of this package: none of its objects (Service, Job) is a Job with the containers "worker" and "courier", or has the label cdk8s-work-queue/delivery.',
    ],
  ])('in %s', (_, text, message) => {
    expect(() => explainText(text)).toThrow(message);
    expect(() => explainText(text)).toThrow(ManifestError);
  });

  test('in items that are cut off', () => {
    const broken = golden('fruits').replace('H4sIAAAAAAACAxXK', 'H4sIAAAA');
    expect(() => explainText(broken)).toThrow(/^The items of Job fruits-<hash> cannot be read: /);
  });

  test('if the ConfigMap of the items is missing', () => {
    const objects = synthesizedApp('main.ts').filter(({ metadata }) => !metadata.name.startsWith('fruits-items-'));
    expect(() => explainText(Yaml.stringify(...objects))).toThrow(
      /^ConfigMap fruits-items-0-\w+ with items of Job fruits-\w+ is not part/,
    );
  });
});

test('the text is what a person can check', () => {
  expect(explanationText(explainText(golden('fruits')))).toBe(readFileSync(join(__dirname, 'fruits.txt'), 'utf8'));
});

test('an item cannot make the text say something else', () => {
  const text = explanationText({
    version: 1,
    runs: [explained({}, WorkItems.list(['a\u001b[2J\n  Failure: none\u202e', 'b']))],
  });
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  expect(text.match(/^ {2}Failure:/gm)).toHaveLength(1);
});

test('the names of the JSON are stable', () => {
  const names = (value: object): unknown =>
    Object.entries(value).map(([name, inner]) =>
      inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? [name, names(inner)] : name,
    );
  const resources = ['cpuRequest', 'cpuLimit', 'memoryRequestBytes', 'memoryLimitBytes'];
  expect(names(explainText(golden('fruits')).runs[0])).toEqual([
    ...['run', 'chart', 'namespace'],
    ['items', ['count', 'first', 'longestBytes', 'totalBytes']],
    [
      'queue',
      [
        ...['name', 'type', 'consumerTimeoutSeconds', 'deliveryLimit', 'eventsBytes'],
        ['seeder', ['job', 'deadlineSeconds']],
      ],
    ],
    [
      'broker',
      [
        'url',
        [
          'created',
          [
            ...['name', 'image', 'nodes', ['resources', resources], 'volumeBytes'],
            ...['maxMessageBytes', 'memoryAlarmBytes', 'freeDiskBytes'],
          ],
        ],
      ],
    ],
    [
      'worker',
      [
        ...['job', 'kind', 'delivery', 'image', 'command', 'itemInArguments', 'itemVariables', 'user'],
        ...[
          'podsAtOnce',
          'completions',
          'itemsPerPod',
          'maxAttempts',
          'permanentExitCodes',
          'itemTimeoutSeconds',
          'longestItemSeconds',
        ],
        ...['maxInterruptions', 'maxPodSeconds', 'podDeadlineSeconds', 'jobDeadlineSeconds'],
        ...[
          ['podResources', resources],
          ['resourcesAtOnce', resources],
        ],
      ],
    ],
    ['failure', ['toleratedDeadLetters', 'backoffLimit', 'backoffLimitPerIndex']],
    ['network', ['egress', 'ingress']],
  ]);
});

describe('a Job without a courier is explained as what it is', () => {
  test('Delivery.none()', () => {
    const text = explanationText({ version: 1, runs: [explained({ delivery: Delivery.none(), itemsPerPod: 3 })] });
    const line = text.replace(/\s+/g, ' ');
    expect(line).toContain('There is no courier (Delivery.none): the program takes the items from the queue by itself');
    expect(line).toContain(
      '2 pods must succeed, with 3 items for each (itemsPerPod): the program decides when it ends.',
    );
    expect(line).toContain('The program decides how often it tries an item');
    expect(line).toContain('A pod that exits with 20 ends it at once.');
    expect(line).not.toMatch(/standard input|maxAttempts|dead letter, the Job fails/);
  });

  test('Delivery.amqpConsume()', () => {
    const { worker, run, queue } = explained({ delivery: Delivery.amqpConsume() });
    expect([worker.kind, worker.delivery, worker.command, run]).toEqual([
      'CoarseWorkerJob',
      'amqp-consume',
      ['true'],
      queue.name,
    ]);
    const text = explanationText({ version: 1, runs: [explained({ delivery: Delivery.amqpConsume() })] });
    const line = text.replace(/\s+/g, ' ');
    expect(line).toContain(
      'There is no courier (Delivery.amqpConsume): amqp-consume, a program of the image, takes an item',
    );
    expect(line).toContain('which makes it a dead letter after 20 deliveries.');
    expect(line).toContain('More than 6 pods that fail end the Job (backoffLimit).');
  });
});
