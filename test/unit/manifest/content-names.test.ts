import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { EnvValue } from 'cdk8s-plus-28';
import { ContainerName } from '../../../lib/contract/containers';
import { Label } from '../../../lib/contract/labels';
import { type CoarseWorkerJobProps, Program, WorkItems } from '../../../lib/index';
import { FRUITS, type Json, newChart, SynthesizedRun, type SynthesizedRunProps } from '../../../tools/synthesized-run';

const names = (run: SynthesizedRun) => run.objects().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
const jobName = (worker: Partial<CoarseWorkerJobProps>) => new SynthesizedRun({ worker }).job.name;

describe('the same input', () => {
  test('the same input leads to the same manifest each time', () => {
    const run = new SynthesizedRun();
    expect(run.chart.toJson()).toEqual(run.chart.toJson());
    expect(new SynthesizedRun().chart.toJson()).toEqual(run.chart.toJson());
  });

  test('the same input leads to the same bytes in another process, folder, locale and time zone', () => {
    const root = join(__dirname, '..', '..', '..');
    const elsewhere = mkdtempSync(join(tmpdir(), 'content-names-'));
    const synth = (cwd: string, more: Record<string, string>) => {
      const env = { ...process.env, CDK8S_OUTDIR: join(elsewhere, 'dist'), ...more };
      execFileSync(process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'main.ts')], {
        cwd,
        env,
      });
      return readFileSync(join(elsewhere, 'dist', 'fruits.k8s.yaml'), 'utf8');
    };
    try {
      cpSync(join(root, 'examples'), join(elsewhere, 'examples'), { recursive: true });
      expect(synth(elsewhere, { TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8' })).toBe(synth(root, {}));
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test('the same input leads to the same names if the keys of the manifest are not sorted', () => {
    const sorted = names(new SynthesizedRun());
    process.env.CDK8S_DISABLE_SORT = '1';
    try {
      expect(names(new SynthesizedRun())).toEqual(sorted);
    } finally {
      delete process.env.CDK8S_DISABLE_SORT;
    }
  });
});

describe('the name of a Job', () => {
  test('the name of a Job begins with its path, ends in a hash, and is the name in the manifest', () => {
    const run = new SynthesizedRun();
    expect(run.job.name).toMatch(/^test-eat-[0-9a-f]{10}$/);
    expect(run.queue.name).toMatch(/^test-fruits-[0-9a-f]{10}$/);
    expect(names(run)).toEqual(expect.arrayContaining([`Job ${run.job.name}`, `Job ${run.queue.name}`]));
  });

  test.each<[string, Partial<CoarseWorkerJobProps>]>([
    ['another program', { program: Program.command('tac') }],
    ['another image', { image: 'busybox:1.36' }],
    ['another variable', { envVariables: { A: EnvValue.fromValue('1') } }],
    ['another number of items per pod', { itemsPerPod: 2 }],
    ['more attempts', { maxAttempts: 4 }],
    ['another time for an item', { itemTimeout: Duration.minutes(1) }],
    ['more tolerated dead letters', { toleratedDeadLetters: 1 }],
  ])('the name of a Job changes with %s, which Kubernetes would refuse on the existing Job', (_what, worker) => {
    expect(jobName(worker)).not.toBe(jobName({}));
  });

  test.each<[string, Partial<CoarseWorkerJobProps>]>([
    ['parallelism', { parallelism: 7 }],
    ['backoffLimit', { backoffLimit: 1 }],
    ['activeDeadline', { activeDeadline: Duration.hours(1) }],
    ['ttlAfterFinished', { ttlAfterFinished: Duration.hours(1) }],
  ])('the name of a Job stays with another %s, which Kubernetes accepts on the existing Job', (_what, worker) => {
    expect(jobName(worker)).toBe(jobName({}));
  });

  test('the name of a Job stays with another label of the Job, which Kubernetes accepts too', () => {
    const run = new SynthesizedRun();
    run.job.metadata.addLabel('team', 'fruit');
    expect(run.job.name).toBe(jobName({}));
    expect(run.workerJob().metadata.labels).toMatchObject({ team: 'fruit' });
  });

  test('the labels of a Job do not change with what the Job runs', () => {
    const run = new SynthesizedRun();
    expect(run.workerJob().metadata.labels).toEqual({
      'app.kubernetes.io/name': 'test-eat',
      'app.kubernetes.io/component': ContainerName.WORKER,
      'app.kubernetes.io/part-of': 'test',
      'app.kubernetes.io/managed-by': 'cdk8s-work-queue',
      [Label.CHART]: 'test',
      [Label.QUEUE]: run.queue.queueName,
      [Label.RUN]: run.queue.queueName,
    });
  });

  test('the pods of Jobs and of the broker have the labels of their Job or StatefulSet, for selectors', () => {
    const objects = new SynthesizedRun().objects().filter(({ spec }) => spec?.template);
    expect(objects.map(({ metadata }) => metadata.labels['app.kubernetes.io/component']).sort()).toEqual(
      ['broker', ContainerName.CREDENTIALS, ContainerName.SEEDER, ContainerName.WORKER].sort(),
    );
    for (const { metadata, spec } of objects) {
      expect(spec.template.metadata.labels).toMatchObject(metadata.labels);
    }
  });

  test('a label of `podMetadata` replaces one of this package', () => {
    const labels = { 'app.kubernetes.io/name': 'mine' };
    const { spec } = new SynthesizedRun({ worker: { podMetadata: { labels } } }).workerJob();
    expect(spec.template.metadata.labels).toMatchObject({ ...labels, 'app.kubernetes.io/component': 'worker' });
  });

  test('a label of the chart replaces one of this package', () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    for (const { metadata } of new SynthesizedRun({}, newChart({ labels })).objects()) {
      expect(metadata.labels).toMatchObject(labels);
    }
  });

  test('the labels of pods do not become part of the selectors of a broker, which cannot change', () => {
    const { selector } = new SynthesizedRun().statefulSet().spec;
    expect(Object.keys(selector.matchLabels)).toEqual(['cdk8s.io/metadata.addr']);
  });

  test('the name of a Job changes with a JSON patch of its pods', () => {
    const run = new SynthesizedRun();
    ApiObject.of(run.job).addJsonPatch(JsonPatch.add('/spec/template/spec/runtimeClassName', 'gvisor'));
    expect(run.job.name).not.toBe(jobName({}));
    expect(run.workerJob().spec.template.spec.runtimeClassName).toBe('gvisor');
  });

  test('the name of a Job changes with fields that are newer than the types', () => {
    const run = new SynthesizedRun();
    ApiObject.of(run.job).addJsonPatch(JsonPatch.add('/spec/managedBy', 'example.com/kueue'));
    expect(run.job.name).not.toBe(jobName({}));
    expect(run.workerJob().spec.managedBy).toBe('example.com/kueue');
  });

  test('the name of a Job stays with a JSON patch of a mutable field', () => {
    const run = new SynthesizedRun();
    ApiObject.of(run.job).addJsonPatch(JsonPatch.add('/spec/suspend', true));
    expect(run.job.name).toBe(jobName({}));
    expect(run.workerJob().spec.suspend).toBe(true);
  });
});

describe('another list', () => {
  const objectsOf = (props: SynthesizedRunProps) => new Set(names(new SynthesizedRun(props)));
  const before = objectsOf({});
  const after = objectsOf({ items: WorkItems.list([...FRUITS, 'nut']) });
  const added = [...after].filter((name) => !before.has(name)).map((name) => name.replace(/[0-9a-f]{10}$/, '#'));

  test('another list leads to a new run beside the old one, on the same broker and with the same programs', () => {
    expect(added).toEqual(['ConfigMap test-fruits-items-0-#', 'Job test-fruits-#', 'Job test-eat-#']);
  });
});

test('no immutable ConfigMap keeps its name when its content changes', () => {
  const contents = (props: SynthesizedRunProps): Map<string, Json> =>
    new Map(
      new SynthesizedRun(props)
        .objects()
        .filter(({ immutable }) => immutable)
        .map(({ metadata, data, binaryData }) => [metadata.name, { data, binaryData }]),
    );
  const one = contents({});
  const other = contents({ items: WorkItems.list(['x']), broker: { config: { channel_max: '1' } } });
  for (const [name, content] of one) if (other.has(name)) expect(other.get(name)).toEqual(content);
  expect(other.size).toBe(one.size);
});
