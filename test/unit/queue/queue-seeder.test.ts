import { App, Chart, Duration, Size } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { BrokerVolume } from '../../../lib/contract/broker-secrets';
import { ContainerName } from '../../../lib/contract/containers';
import { EnvName } from '../../../lib/contract/environment';
import { itemsPiece } from '../../../lib/contract/item-frames';
import { Label } from '../../../lib/contract/labels';
import { MountPath } from '../../../lib/contract/mount-paths';
import { QUEUE_NAMES, relatedQueues } from '../../../lib/contract/queues';
import { Program, QueueSeeder, type QueueSeederProps, QueueType, RabbitMQ, WorkItems } from '../../../lib/index';
import {
  container,
  credentialsVolume,
  env,
  FRUITS,
  type Json,
  newChart,
  SynthesizedRun,
  type SynthesizedRunProps,
} from '../../../tools/synthesized-run';

const seeded = (seeder: Partial<QueueSeederProps>, more: SynthesizedRunProps = {}) =>
  new SynthesizedRun({ ...more, seeder });

test('a queue without a worker is an error at synth, unless `attachWorker` is called for consumers of your own', () => {
  const chart = newChart();
  const broker = new RabbitMQ(chart, 'rabbitmq');
  const queue = new QueueSeeder(chart, 'fruits', { broker, items: WorkItems.list(FRUITS) });
  expect(queue.node.validate()).toEqual([
    expect.stringMatching(
      /^QueueSeeder 'test\/fruits': no worker is attached to the queue, so no item would be processed\. Create a CoarseWorkerJob .* call attachWorker/,
    ),
  ]);
  queue.attachWorker({ holdItems: Duration.hours(1) });
  expect(queue.node.validate()).toEqual([]);
  expect(new SynthesizedRun().queue.node.validate()).toEqual([]);
});

describe('the seeder Job', () => {
  test('the environment of the seeder contains everything about the queue', () => {
    const run = new SynthesizedRun();
    expect(env(run.seederJob(), ContainerName.SEEDER)).toMatchObject({
      [EnvName.BROKER_URL]: run.broker.connection.url,
      [EnvName.QUEUE]: run.queue.queueName,
      [EnvName.RUN]: run.queue.queueName,
      [EnvName.ITEMS_DIR]: MountPath.ITEMS,
      [EnvName.ITEM_COUNT]: '8',
      [EnvName.ITEMS_DIGEST]: expect.stringMatching(/^[0-9a-f]{64}$/),
      [EnvName.QUEUE_TYPE]: 'quorum',
      [EnvName.CONSUMER_TIMEOUT_SECONDS]: '1209600',
    });
  });

  test('the seeder gets the credentials of the broker as files that change with the Secret, not as variables', () => {
    const run = new SynthesizedRun();
    const job = run.seederJob();
    const { volumeMounts } = container(job, ContainerName.SEEDER);
    expect(volumeMounts).toContainEqual({
      name: BrokerVolume.CREDENTIALS,
      mountPath: MountPath.CREDENTIALS,
      readOnly: true,
    });
    const { name } = run.broker.connection.credentials;
    expect(job.spec.template.spec.volumes).toContainEqual(credentialsVolume(name));
    expect(env(job, ContainerName.SEEDER)[EnvName.BROKER_CREDENTIALS_DIR]).toBe(MountPath.CREDENTIALS);
    // A mount with a subPath would not follow a change of the Secret.
    for (const mount of volumeMounts) expect(mount).not.toHaveProperty('subPath');
    expect(JSON.stringify(container(job, ContainerName.SEEDER).env)).not.toContain('secretKeyRef');
  });

  test('the seeder runs its program from an immutable ConfigMap', () => {
    const run = new SynthesizedRun();
    const job = run.seederJob();
    expect(container(job, ContainerName.SEEDER).command).toEqual(['node', `${MountPath.PROGRAMS}/seeder.js`]);
    const volume = job.spec.template.spec.volumes.find(({ name }: Json) => name === 'work-queue-programs');
    const { immutable, data, binaryData } = run.named('ConfigMap', volume.configMap.name);
    expect(immutable).toBe(true);
    expect(Object.keys({ ...data, ...binaryData })).toEqual(['seeder.js', 'seeder.js.gz']);
  });

  test('the seeder Job keeps the pods of failed attempts, retries them, and has a deadline', () => {
    const { spec } = new SynthesizedRun().seederJob();
    expect(spec).toMatchObject({ backoffLimit: 6, activeDeadlineSeconds: 86_400 });
    expect(spec.template.spec.restartPolicy).toBe('Never');
    expect(spec.ttlSecondsAfterFinished).toBeUndefined();
    expect(spec.podFailurePolicy.rules).toEqual([
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ]);
  });

  test('`activeDeadline`, `ttlAfterFinished`, `resources` and `dockerRegistryAuth` reach the seeder Job', () => {
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
    expect(container(run.seederJob(), ContainerName.SEEDER).resources).toEqual({ limits: { memory: '1Gi' } });
  });

  test('the memory limit of the seeder grows with the items', () => {
    const limit = (items: WorkItems) =>
      container(new SynthesizedRun({ items }).seederJob(), ContainerName.SEEDER).resources.limits.memory;
    expect(limit(WorkItems.list(FRUITS))).toBe('256Mi');
    expect(limit(WorkItems.list(Array.from({ length: 10 }, () => 'x'.repeat(2 ** 20))))).toBe('286Mi');
  });
});

describe('the items', () => {
  const noise = Array.from({ length: 40_000 }, (_, n) => (Math.imul(n + 1, 0x9e3779b1) >>> 0).toString(36));

  test('the items are mounted as one folder of pieces, each an immutable ConfigMap below the limit of kubectl apply', () => {
    const run = new SynthesizedRun({ items: WorkItems.list(noise) });
    const job = run.seederJob();
    const mount = container(job, ContainerName.SEEDER).volumeMounts.find(
      ({ mountPath }: Json) => mountPath === MountPath.ITEMS,
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

  test('the items precede the Job that reads them in the manifest', () => {
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

  test('the name of the queue contains the path of the seeder and a hash', () => {
    expect(nameOf({})).toMatch(/^test-fruits-[0-9a-f]{10}$/);
  });

  test('the names of the related queues, which users read, have a suffix each', () => {
    const name = nameOf({});
    const suffixes = ['dead', 'seeded', 'seeding', 'ledger', 'events', 'settled', 'settling'];
    expect(Object.values(relatedQueues(name))).toEqual(suffixes.map((suffix) => `${name}.${suffix}`));
  });

  test('the name of the queue is the same for the same input', () => {
    expect(nameOf({})).toBe(nameOf({}));
  });

  test.each<[string, SynthesizedRunProps]>([
    ['items', { items: WorkItems.list([...FRUITS, 'nut']) }],
    ['items in another order', { items: WorkItems.list([...FRUITS].reverse()) }],
    ['the same bytes split into other items', { items: WorkItems.list(['app', 'lebanana', ...FRUITS.slice(2)]) }],
    ['a run id', { seeder: { runId: 'again' } }],
    ['a queue type', { seeder: { queueType: QueueType.CLASSIC } }],
    ['items whose attempts may take longer than two weeks', { worker: { itemTimeout: Duration.days(5) } }],
  ])('the name of the queue changes with %s', (_what, props) => {
    expect(nameOf(props)).not.toBe(nameOf({}));
  });

  test.each<[string, SynthesizedRunProps]>([
    ['more attempts', { worker: { maxAttempts: 20 } }],
    ['common times', { worker: { itemTimeout: Duration.hours(7), maxAttempts: 3 } }],
    ['another program', { worker: { program: Program.command('tac') } }],
    ['more pods', { worker: { parallelism: 50, itemsPerPod: 2 } }],
  ])('the name of the queue does not change with %s', (_what, props) => {
    expect(nameOf(props)).toBe(nameOf({}));
  });

  test('the name of the queue differs between namespaces, which may share a broker', () => {
    const name = (namespace: string) =>
      new SynthesizedRun({}, new Chart(new App(), 'test', { namespace })).queue.queueName;
    expect(name('a')).not.toBe(name('b'));
  });

  test('the name of the queue differs between paths that have the same label', () => {
    const name = (chartId: string, id: string) => atPath(chartId, id).queueName;
    expect(name('a-b', 'c').slice(0, -10)).toBe(name('a', 'b-c').slice(0, -10));
    expect(name('a-b', 'c')).not.toBe(name('a', 'b-c'));
  });

  test('the names of the queue and of its Job are at most 63 characters long, however long the path', () => {
    const { queueName, name } = atPath('x'.repeat(60), `Ünder_score ${'y'.repeat(60)}`);
    for (const each of [queueName, name]) expect(each).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
  });

  test.each([
    ['fruits', 'fruits'],
    ['A.b_c', 'Ünder score'],
    ['x'.repeat(60), 'y'.repeat(60)],
    ['测试', '队列'],
  ])('the permissions of the broker user cover the queue of %s/%s and its related queues', (chart, id) => {
    const { queueName } = atPath(chart, id);
    const pattern = new RegExp(`^${QUEUE_NAMES}$`);
    for (const name of [queueName, ...Object.values(relatedQueues(queueName))]) expect(name).toMatch(pattern);
  });
});

describe('the workers of a queue', () => {
  const consumerTimeout = (run: SynthesizedRun) =>
    env(run.seederJob(), ContainerName.SEEDER)[EnvName.CONSUMER_TIMEOUT_SECONDS];
  test('`CONSUMER_TIMEOUT_SECONDS` covers all attempts of an item together', () => {
    const run = new SynthesizedRun({
      worker: { itemTimeout: Duration.days(10), terminationGracePeriod: Duration.seconds(60) },
    });
    expect(consumerTimeout(run)).toBe(String(3 * (864_000 + 60 + 120)));
  });

  test('`CONSUMER_TIMEOUT_SECONDS` of a queue with several workers is that of the most demanding one', () => {
    const run = new SynthesizedRun({ worker: { maxAttempts: 1, itemTimeout: Duration.days(15) } });
    const { queue } = run;
    queue.attachWorker({ holdItems: Duration.days(20) });
    expect(consumerTimeout(run)).toBe(String(20 * 86_400));
    expect(env(run.workerJob(), ContainerName.COURIER)[EnvName.QUEUE]).toBe(queue.queueName);
  });

  test('attachWorker rejects needs that would change a name of the queue that was already read', () => {
    const run = new SynthesizedRun();
    const name = run.queue.queueName;
    run.queue.attachWorker({ holdItems: Duration.days(14) });
    expect(() => run.queue.attachWorker({ holdItems: Duration.days(15) })).toThrow(
      new RegExp(`attachWorker: this worker needs a queue with other arguments.*${name} was already read`),
    );
  });

  test.each<[number, RegExp]>([
    [0, /holdItems is 0 s/],
    [1.5, /holdItems is 1\.5 s; it must be a whole number of seconds/],
  ])('attachWorker rejects `holdItems` of %d s', (seconds, message) => {
    const { queue } = new SynthesizedRun();
    expect(() => queue.attachWorker({ holdItems: Duration.seconds(seconds) })).toThrow(message);
  });
});

describe('the rights of the seeder', () => {
  test('the seeder has no service account and no token', () => {
    const run = new SynthesizedRun();
    const { serviceAccountName, automountServiceAccountToken } = run.seederJob().spec.template.spec;
    expect([serviceAccountName, automountServiceAccountToken]).toEqual([undefined, false]);
    expect(env(run.seederJob(), ContainerName.SEEDER)).not.toHaveProperty(EnvName.SERVICE_ACCOUNT_DIR);
  });

  test('a queue adds nothing to a chart that gives rights', () => {
    const app = new App();
    const broker = new RabbitMQ(new Chart(app, 'broker'), 'r');
    const chart = new Chart(app, 'queue');
    const queue = new QueueSeeder(chart, 'q', { broker, items: WorkItems.list(['a']) });
    queue.attachWorker({ holdItems: Duration.hours(1) });
    const kinds = (chart.toJson() as Json[]).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['ConfigMap', 'Job']));
  });

  test('another program is another worker Job with the same label, and leaves the seeder Job as it is', () => {
    const [one, other] = ['a:1', 'a:2'].map((image) => new SynthesizedRun({ worker: { image } }));
    const queueOf = (run: SynthesizedRun) => run.workerJob().metadata.labels[Label.QUEUE];
    expect(other.job.name).not.toBe(one.job.name);
    expect(queueOf(other)).toBe(queueOf(one));
    expect(other.seederJob()).toEqual(one.seederJob());
  });
});

describe('bad input', () => {
  test.each<[Partial<QueueSeederProps>, RegExp]>([
    [
      { runId: '' },
      /QueueSeeder 'test\/fruits': runId is ""; it cannot be the value of a Kubernetes label\. Use 1 to 63/,
    ],
    [{ runId: 7 as unknown as string }, /runId is 7; it must be a string\. Write '7'\./],
    [{ runId: '-a' }, /runId is "-a"/],
    [{ runId: 'a b' }, /runId is "a b"/],
    [{ runId: 'x'.repeat(64) }, /runId is/],
    [{ activeDeadline: Duration.seconds(0) }, /activeDeadline is 0 s.*Give the broker time/],
    [{ activeDeadline: Duration.millis(500) }, /activeDeadline is 0\.5 s; it must be a whole number of seconds/],
    [{ activeDeadline: Duration.days(4000) }, /activeDeadline is 345600000 s.*from 1 to 315360000/],
    [{ ttlAfterFinished: Duration.millis(1500) }, /ttlAfterFinished is 1\.5 s/],
  ])('QueueSeeder rejects %j', (props, message) => {
    expect(() => seeded(props)).toThrow(message);
  });

  test.each([
    ['a', 'b'],
    ['a', undefined],
    [undefined, 'b'],
  ])('QueueSeeder rejects a broker in namespace %s for a queue in namespace %s', (brokerNamespace, namespace) => {
    const app = new App();
    const broker = new RabbitMQ(new Chart(app, 'one', { namespace: brokerNamespace }), 'rabbitmq');
    const chart = new Chart(app, 'two', { namespace });
    expect(() => new QueueSeeder(chart, 'q', { broker, items: WorkItems.list(['x']) })).toThrow(
      /QueueSeeder 'two\/q': the broker 'one\/rabbitmq' is in .* cannot use a Secret of another namespace\. Give both/,
    );
  });
});
