import { App, Chart, Duration, Size } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { itemsPiece } from '../../../lib/contract/item-frames';
import { QUEUE_NAMES, relatedQueues } from '../../../lib/contract/queues';
import {
  CoarseWorkerJob,
  Program,
  QueueSeeder,
  type QueueSeederProps,
  QueueType,
  RabbitMQ,
  WorkItems,
} from '../../../lib/index';
import {
  container,
  credentialsVolume,
  env,
  FRUITS,
  type Json,
  SynthesizedRun,
  type SynthesizedRunProps,
} from '../../../tools/synthesized-run';

const seeded = (seeder: Partial<QueueSeederProps>, more: SynthesizedRunProps = {}) =>
  new SynthesizedRun({ ...more, seeder });

describe('the seeder Job', () => {
  test('tells the seeder everything about the queue', () => {
    const run = new SynthesizedRun();
    expect(env(run.seederJob(), 'seeder')).toMatchObject({
      BROKER_URL: run.broker.connection.url,
      QUEUE: run.queue.queueName,
      RUN: run.queue.queueName,
      ITEMS_DIR: '/opt/work-queue/items',
      ITEM_COUNT: '8',
      ITEMS_DIGEST: expect.stringMatching(/^[0-9a-f]{64}$/),
      QUEUE_TYPE: 'quorum',
      CONSUMER_TIMEOUT_SECONDS: '1209600',
    });
  });

  test('has the credentials of the broker as files, which change with the Secret, and not as variables', () => {
    const run = new SynthesizedRun();
    const job = run.seederJob();
    const { volumeMounts } = container(job, 'seeder');
    expect(volumeMounts).toContainEqual({
      name: 'work-queue-credentials',
      mountPath: '/opt/work-queue/credentials',
      readOnly: true,
    });
    const { name } = run.broker.connection.credentials;
    expect(job.spec.template.spec.volumes).toContainEqual(credentialsVolume(name));
    expect(env(job, 'seeder').BROKER_CREDENTIALS_DIR).toBe('/opt/work-queue/credentials');
    // A subPath would not follow a change.
    for (const mount of volumeMounts) expect(mount).not.toHaveProperty('subPath');
    expect(JSON.stringify(container(job, 'seeder').env)).not.toContain('secretKeyRef');
  });

  test('runs the program from an immutable ConfigMap', () => {
    const run = new SynthesizedRun();
    const job = run.seederJob();
    expect(container(job, 'seeder').command).toEqual(['node', '/opt/work-queue/programs/seeder.js']);
    const volume = job.spec.template.spec.volumes.find(({ name }: Json) => name === 'work-queue-programs');
    const { immutable, data, binaryData } = run.named('ConfigMap', volume.configMap.name);
    expect(immutable).toBe(true);
    expect(Object.keys({ ...data, ...binaryData })).toEqual(['seeder.js']);
  });

  test('keeps the pods of failed attempts, retries them, and ends some day', () => {
    const { spec } = new SynthesizedRun().seederJob();
    expect(spec).toMatchObject({ backoffLimit: 6, activeDeadlineSeconds: 86_400 });
    expect(spec.template.spec.restartPolicy).toBe('Never');
    expect(spec.ttlSecondsAfterFinished).toBeUndefined();
    expect(spec.podFailurePolicy.rules).toEqual([
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ]);
  });

  test('takes deadlines, resources and pull secrets as they are given', () => {
    const chart = new Chart(new App(), 'test');
    const run = new SynthesizedRun(
      {
        seeder: {
          activeDeadline: Duration.minutes(5),
          ttlAfterFinished: Duration.seconds(0),
          resources: { memory: { limit: Size.gibibytes(1) } },
          dockerRegistryAuth: Secret.fromSecretName(chart, 'pull', 'pull-secret'),
        },
      },
      chart,
    );
    const { spec } = run.seederJob();
    expect(spec).toMatchObject({ activeDeadlineSeconds: 300, ttlSecondsAfterFinished: 0 });
    expect(spec.template.spec.imagePullSecrets).toEqual([{ name: 'pull-secret' }]);
    expect(container(run.seederJob(), 'seeder').resources).toEqual({ limits: { memory: '1Gi' } });
  });

  test('has memory for its items', () => {
    const limit = (items: WorkItems) =>
      container(new SynthesizedRun({ items }).seederJob(), 'seeder').resources.limits.memory;
    expect(limit(WorkItems.list(FRUITS))).toBe('256Mi');
    expect(limit(WorkItems.list(Array.from({ length: 10 }, () => 'x'.repeat(2 ** 20))))).toBe('286Mi');
  });
});

describe('the items', () => {
  const noise = Array.from({ length: 40_000 }, (_, n) => (Math.imul(n + 1, 0x9e3779b1) >>> 0).toString(36));

  test('are mounted as one folder of pieces, each an immutable ConfigMap below the limit of kubectl apply', () => {
    const run = new SynthesizedRun({ items: WorkItems.list(noise) });
    const job = run.seederJob();
    const mount = container(job, 'seeder').volumeMounts.find(
      ({ mountPath }: Json) => mountPath === '/opt/work-queue/items',
    );
    const volume = job.spec.template.spec.volumes.find(({ name }: Json) => name === mount.name);
    const names: string[] = volume.projected.sources.map(({ configMap }: Json) => configMap.name);
    expect(names.length).toBeGreaterThan(1);
    names.forEach((name, n) => {
      const object = run.named('ConfigMap', name);
      expect(object.immutable).toBe(true);
      expect(Object.keys(object.binaryData)).toEqual([itemsPiece(n)]);
      expect(JSON.stringify(object).length).toBeLessThan(262_144);
    });
  });

  test('stand in the manifest before the Job that reads them', () => {
    const run = new SynthesizedRun({ items: WorkItems.list(noise) });
    const names: string[] = run.objects().map(({ metadata }) => metadata.name);
    const items = names.filter((name) => name.includes('-items-'));
    expect(names.indexOf(items.at(-1) ?? '')).toBeLessThan(names.indexOf(run.queue.name));
  });
});

describe('the name of the queue', () => {
  const nameOf = (props: SynthesizedRunProps) => new SynthesizedRun(props).queue.queueName;
  const atPath = (chartId: string, id: string) => {
    const app = new App();
    const chart = new Chart(app, chartId);
    const broker = new RabbitMQ(new Chart(app, 'broker'), 'r');
    return new QueueSeeder(chart, id, { broker, items: WorkItems.list(['a']) });
  };

  test('says whose it is, and can be the name of its relatedQueues too', () => {
    const name = nameOf({});
    expect(name).toMatch(/^test-fruits-[0-9a-f]{10}$/);
    expect(relatedQueues(name).dead).toBe(`${name}.dead`);
  });

  test('is the same for the same input', () => {
    expect(nameOf({})).toBe(nameOf({}));
  });

  test.each<[string, SynthesizedRunProps]>([
    ['items', { items: WorkItems.list([...FRUITS, 'nut']) }],
    ['items in another order', { items: WorkItems.list([...FRUITS].reverse()) }],
    ['items cut elsewhere', { items: WorkItems.list(['app', 'lebanana', ...FRUITS.slice(2)]) }],
    ['a run id', { seeder: { runId: 'again' } }],
    ['a queue type', { seeder: { queueType: QueueType.CLASSIC } }],
    ['items that take longer than two weeks', { worker: { itemTimeout: Duration.days(5) } }],
  ])('changes with %s', (_what, props) => {
    expect(nameOf(props)).not.toBe(nameOf({}));
  });

  test.each<[string, SynthesizedRunProps]>([
    ['more attempts', { worker: { maxAttempts: 20 } }],
    ['the usual times', { worker: { itemTimeout: Duration.hours(7), maxAttempts: 3 } }],
    ['another program', { worker: { program: Program.command('tac') } }],
    ['more pods', { worker: { parallelism: 50, itemsPerPod: 2 } }],
  ])('stays with %s', (_what, props) => {
    expect(nameOf(props)).toBe(nameOf({}));
  });

  test('differs between namespaces, which may share a broker', () => {
    const name = (namespace: string) =>
      new SynthesizedRun({}, new Chart(new App(), 'test', { namespace })).queue.queueName;
    expect(name('a')).not.toBe(name('b'));
  });

  test('differs between paths that read the same', () => {
    const name = (chartId: string, id: string) => atPath(chartId, id).queueName;
    expect(name('a-b', 'c').slice(0, -10)).toBe(name('a', 'b-c').slice(0, -10));
    expect(name('a-b', 'c')).not.toBe(name('a', 'b-c'));
  });

  test('is as long as a name may be, however long the path', () => {
    const { queueName, name } = atPath('x'.repeat(60), `Ünder_score ${'y'.repeat(60)}`);
    for (const each of [queueName, name]) expect(each).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
  });

  test.each([
    ['fruits', 'fruits'],
    ['A.b_c', 'Ünder score'],
    ['x'.repeat(60), 'y'.repeat(60)],
    ['测试', '队列'],
  ])('of %s/%s is, with its relatedQueues, what the user of the broker may use', (chart, id) => {
    const { queueName } = atPath(chart, id);
    const pattern = new RegExp(`^${QUEUE_NAMES}$`);
    for (const name of [queueName, ...Object.values(relatedQueues(queueName))]) expect(name).toMatch(pattern);
  });
});

describe('the workers of a queue', () => {
  test('may hold an item for all their attempts together', () => {
    const run = new SynthesizedRun({
      worker: { itemTimeout: Duration.days(10), terminationGracePeriod: Duration.seconds(60) },
    });
    expect(env(run.seederJob(), 'seeder').CONSUMER_TIMEOUT_SECONDS).toBe(String(3 * (864_000 + 60 + 120)));
  });

  test('are several where that is wanted, and the queue is good for the most demanding', () => {
    const run = new SynthesizedRun({ worker: { maxAttempts: 1, itemTimeout: Duration.days(15) } });
    const { queue } = run;
    const other = { maxAttempts: 1, itemTimeout: Duration.days(20) };
    new CoarseWorkerJob(run.chart, 'other', {
      queue,
      image: 'busybox:1.37',
      program: Program.command('cat'),
      ...other,
    });
    expect(env(run.seederJob(), 'seeder').CONSUMER_TIMEOUT_SECONDS).toBe(String(20 * 86_400 + 30 + 120));
    expect(env(run.workerJob(), 'courier').QUEUE).toBe(queue.queueName);
  });

  test('may not change a name that was handed out', () => {
    const run = new SynthesizedRun();
    const name = run.queue.queueName;
    run.queue.attachWorker({ holdItems: Duration.days(14) });
    expect(() => run.queue.attachWorker({ holdItems: Duration.days(15) })).toThrow(
      new RegExp(`attachWorker: this worker needs a queue with other arguments.*${name}`),
    );
  });

  test.each<[number, RegExp]>([
    [0, /holdItems is 0 s/],
    [1.5, /holdItems is 1\.5 s; it must be a whole number of seconds/],
  ])('may not hold an item for %d s', (seconds, message) => {
    const { queue } = new SynthesizedRun();
    expect(() => queue.attachWorker({ holdItems: Duration.seconds(seconds) })).toThrow(message);
  });
});

describe('bad input', () => {
  test.each<[Partial<QueueSeederProps>, RegExp]>([
    [
      { runId: '' },
      /QueueSeeder 'test\/fruits': runId is ""; it cannot be the value of a Kubernetes label\. Use 1 to 63/,
    ],
    [{ runId: 7 as unknown as string }, /runId is 7; it cannot be the value of a Kubernetes label/],
    [{ runId: '-a' }, /runId is "-a"/],
    [{ runId: 'a b' }, /runId is "a b"/],
    [{ runId: 'x'.repeat(64) }, /runId is/],
    [{ activeDeadline: Duration.seconds(0) }, /activeDeadline is 0 s.*Give the broker time/],
    [{ activeDeadline: Duration.millis(500) }, /activeDeadline is 0\.5 s; it must be a whole number of seconds/],
    [{ activeDeadline: Duration.days(4000) }, /activeDeadline is 345600000 s.*from 1 to 315360000/],
    [{ ttlAfterFinished: Duration.millis(1500) }, /ttlAfterFinished is 1\.5 s/],
  ])('%j is an error', (props, message) => {
    expect(() => seeded(props)).toThrow(message);
  });

  test.each([
    ['a', 'b'],
    ['a', undefined],
    [undefined, 'b'],
  ])('a broker in namespace %s for a queue in %s is an error', (theirs, ours) => {
    const app = new App();
    const broker = new RabbitMQ(new Chart(app, 'one', { namespace: theirs }), 'rabbitmq');
    const chart = new Chart(app, 'two', { namespace: ours });
    expect(() => new QueueSeeder(chart, 'q', { broker, items: WorkItems.list(['x']) })).toThrow(
      /QueueSeeder 'two\/q': the broker 'one\/rabbitmq' is in .* cannot read a Secret of another namespace\. Give both/,
    );
  });
});
