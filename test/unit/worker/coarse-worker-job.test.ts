import { App, Chart, Duration, Size } from 'cdk8s';
import {
  Capability,
  ConfigMap,
  Cpu,
  DnsPolicy,
  Env,
  EnvValue,
  ImagePullPolicy,
  LabeledNode,
  NodeLabelQuery,
  Secret,
  ServiceAccount,
  Volume,
} from 'cdk8s-plus-28';
import {
  CoarseWorkerJob,
  type CoarseWorkerJobProps,
  Program,
  QueueSeeder,
  RabbitMQ,
  WorkItems,
} from '../../../lib/index';
import {
  container,
  credentialsVolume,
  env,
  FRUITS,
  type Json,
  newChart,
  SynthesizedRun,
} from '../../../tools/synthesized-run';

const worked = (worker: Partial<CoarseWorkerJobProps>, items = FRUITS) =>
  new SynthesizedRun({ worker, items: WorkItems.list(items, { allowEmpty: true }) });

describe('the number of pods', () => {
  test.each([
    [8, 1, 8],
    [8, 3, 3],
    [9, 3, 3],
    [1, 100, 1],
    [0, 1, 0],
  ])('for %d items, %d to a pod, is %d', (count, itemsPerPod, completions) => {
    const run = worked({ itemsPerPod }, FRUITS.concat(['nut']).slice(0, count));
    expect(run.job.completions).toBe(completions);
    expect(run.workerJob().spec.completions).toBe(completions);
  });

  test('at a time is 1 unless told, and may be more than are needed', () => {
    expect(worked({}).workerJob().spec.parallelism).toBe(1);
    expect(worked({ parallelism: 500 }).workerJob().spec.parallelism).toBe(500);
  });
});

describe('the pod', () => {
  test('has the worker first, so that the courier takes nothing before its image is there', () => {
    const { containers } = worked({}).workerJob().spec.template.spec;
    expect(containers.map(({ name }: Json) => name)).toEqual(['worker', 'courier']);
  });

  test('shows the worker where kubectl is asked for a log', () => {
    const { metadata } = worked({}).workerJob().spec.template;
    expect(metadata.annotations['kubectl.kubernetes.io/default-container']).toBe('worker');
  });

  test('tells the courier everything about its work', () => {
    const run = worked({ itemsPerPod: 3, maxAttempts: 5, toleratedDeadLetters: 2, itemTimeout: Duration.minutes(2) });
    expect(env(run.workerJob(), 'courier')).toMatchObject({
      BROKER_URL: run.broker.connection.url,
      QUEUE: run.queue.queueName,
      RUN: run.queue.queueName,
      SHARED_VOLUME_DIR: '/run/work-queue',
      ITEM_COUNT: '8',
      ITEMS_PER_POD: '3',
      MAX_ATTEMPTS: '5',
      ITEM_TIMEOUT_SECONDS: '120',
      TOLERATED_DEAD_LETTERS: '2',
      TERMINATION_GRACE_SECONDS: '30',
    });
  });

  test('keeps the broker from the worker: it gets the name of the queue and no credentials', () => {
    const run = worked({});
    const job = run.workerJob();
    expect(container(job, 'worker').env).toEqual([{ name: 'QUEUE', value: run.queue.queueName }]);
    const secrets = job.spec.template.spec.volumes.filter(({ secret }: Json) => secret);
    expect(secrets).toEqual([credentialsVolume(run.broker.connection.credentials.name)]);
    const mounted = (name: string) => container(job, name).volumeMounts.map((mount: Json) => mount.name);
    expect(mounted('worker')).not.toContain('work-queue-credentials');
    expect(mounted('courier')).toContain('work-queue-credentials');
    expect(env(job, 'courier').BROKER_CREDENTIALS_DIR).toBe('/opt/work-queue/credentials');
  });

  test('tells the courier where the program has the item, beside its standard input', () => {
    const program = Program.command('sh', '-c', 'x "$1"', 'sh', `$(A)${Program.ITEM}`, Program.ITEM_FILE);
    const job = worked({ program, itemVariable: 'FRAME' }).workerJob();
    const { ITEM_VARIABLE, ITEM_ARGUMENTS } = env(job, 'courier');
    expect(ITEM_VARIABLE).toBe('FRAME');
    // As Kubernetes reads it: $$(A) is $(A).
    expect(ITEM_ARGUMENTS).toBe('[null,null,null,null,["$$(A)",""],null]');
    expect(container(job, 'worker').command.slice(-2)).toEqual(['$$(A){{work-item}}', '/run/work-queue/item']);
    expect(container(worked({}).workerJob(), 'courier').env.map(({ name }: Json) => name)).not.toContain(
      'ITEM_ARGUMENTS',
    );
  });

  test('lets the two meet in a memory volume, and has our programs read-only in both', () => {
    const job = worked({}).workerJob();
    const { volumes } = job.spec.template.spec;
    expect(volumes).toContainEqual({ name: 'work-queue-shared', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } });
    const shared = [
      { name: 'work-queue-programs', mountPath: '/opt/work-queue/programs', readOnly: true },
      { name: 'work-queue-shared', mountPath: '/run/work-queue' },
    ];
    // What tells each that the other is created.
    const created = (name: string) => ({
      name: 'work-queue-shared',
      mountPath: `/run/work-queue/${name}`,
      subPath: name,
      readOnly: true,
    });
    expect(container(job, 'worker').volumeMounts).toEqual([...shared, created('worker')]);
    expect(container(job, 'courier').volumeMounts).toEqual([
      ...shared,
      created('courier'),
      { name: 'work-queue-credentials', mountPath: '/opt/work-queue/credentials', readOnly: true },
    ]);
  });

  test('finds courier and shim in one immutable ConfigMap, which all workers of a chart share', () => {
    const run = worked({});
    const other = { queue: run.queue, image: 'x:1', program: Program.command('cat') };
    const second = new CoarseWorkerJob(run.chart, 'second', other);
    const nameIn = (job: Json) =>
      job.spec.template.spec.volumes.find(({ name }: Json) => name === 'work-queue-programs').configMap.name;
    const name = nameIn(run.workerJob());
    expect(nameIn(run.named('Job', second.name))).toBe(name);
    const { immutable, data, binaryData } = run.named('ConfigMap', name);
    expect(immutable).toBe(true);
    expect(Object.keys({ ...data, ...binaryData }).sort()).toEqual(['courier.js', 'runner.sh', 'shim.sh']);
    for (const name of ['shim.sh', 'runner.sh']) expect(data[name]).toMatch(/^#!\/bin\/sh\n/);
  });

  test('asks for little beside the worker, and for nothing for the worker', () => {
    const job = worked({}).workerJob();
    expect(container(job, 'worker').resources).toBeUndefined();
    expect(container(job, 'courier').resources).toEqual({
      requests: { cpu: '10m', memory: '48Mi' },
      limits: { memory: '256Mi' },
    });
  });
});

describe('the end of the Job', () => {
  test('follows from how the courier ends', () => {
    expect(worked({}).workerJob().spec.podFailurePolicy.rules).toEqual([
      { action: 'FailJob', onExitCodes: { containerName: 'courier', operator: 'In', values: [20] } },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'Ignore', onExitCodes: { containerName: 'courier', operator: 'In', values: [10, 11] } },
    ]);
    expect(worked({}).workerJob().spec.template.spec.restartPolicy).toBe('Never');
    expect(worked({}).workerJob().spec.backoffLimit).toBe(6);
    expect(worked({ parallelism: 5 }).workerJob().spec.backoffLimit).toBe(30);
  });

  test('comes, whatever happens, when all attempts have had their time', () => {
    const times = { itemTimeout: Duration.seconds(100), terminationGracePeriod: Duration.seconds(10), maxAttempts: 2 };
    expect(worked(times).workerJob().spec.activeDeadlineSeconds).toBe(8 * 2 * (100 + 10 + 120) + 86_400);
  });

  test('of a pod comes when all attempts of its items have had their time, and an hour', () => {
    const times = { itemTimeout: Duration.seconds(100), terminationGracePeriod: Duration.seconds(10), maxAttempts: 2 };
    const { spec } = worked({ ...times, itemsPerPod: 4 }).workerJob().spec.template;
    expect(spec.activeDeadlineSeconds).toBe(4 * 2 * (100 + 10 + 120) + 3600);
  });

  test('is in ten years at the latest', () => {
    const run = worked({ itemTimeout: Duration.days(24), maxAttempts: 500 });
    expect(run.workerJob().spec.activeDeadlineSeconds).toBe(315_360_000);
    expect(run.workerJob().spec.template.spec.activeDeadlineSeconds).toBe(315_360_000);
    expect(env(run.seederJob(), 'seeder').CONSUMER_TIMEOUT_SECONDS).toBe('315360000');
  });

  test('is where it was set', () => {
    const run = worked({ activeDeadline: Duration.minutes(2), ttlAfterFinished: Duration.days(1), backoffLimit: 0 });
    expect(run.workerJob().spec).toMatchObject({
      activeDeadlineSeconds: 120,
      ttlSecondsAfterFinished: 86_400,
      backoffLimit: 0,
    });
  });
});

describe('what every pod may need', () => {
  test('is given in the types of cdk8s-plus', () => {
    const chart = newChart();
    const settings = new ConfigMap(chart, 'settings', { data: { A: '1' }, metadata: { name: 'settings' } });
    const scratch = Volume.fromEmptyDir(chart, 'scratch', 'scratch', { sizeLimit: Size.gibibytes(2) });
    const data = Volume.fromHostPath(chart, 'data', 'data', { path: '/data' });
    const run = new SynthesizedRun(
      {
        worker: {
          envVariables: { MODE: EnvValue.fromValue('fast'), KEY: EnvValue.fromConfigMap(settings, 'A') },
          envFrom: [Env.fromConfigMap(settings, 'S_')],
          resources: {
            cpu: { request: Cpu.units(0.5), limit: Cpu.millis(2000) },
            memory: { limit: Size.gibibytes(1) },
          },
          volumes: [scratch],
          volumeMounts: [{ path: '/data', volume: data, readOnly: true }],
          serviceAccount: new ServiceAccount(chart, 'account', { metadata: { name: 'account' } }),
          automountServiceAccountToken: true,
          dockerRegistryAuth: Secret.fromSecretName(chart, 'pull', 'pull-secret'),
          workingDir: '/work',
          imagePullPolicy: ImagePullPolicy.NEVER,
          podMetadata: { labels: { team: 'fruit' }, annotations: { note: 'yes' } },
          hostAliases: [{ ip: '10.0.0.1', hostnames: ['db'] }],
          dns: { policy: DnsPolicy.DEFAULT },
        },
      },
      chart,
    );
    const { metadata, spec } = run.workerJob().spec.template;
    expect(metadata).toMatchObject({ labels: { team: 'fruit' }, annotations: { note: 'yes' } });
    expect(spec).toMatchObject({
      serviceAccountName: 'account',
      automountServiceAccountToken: true,
      imagePullSecrets: [{ name: 'pull-secret' }],
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['db'] }],
      dnsPolicy: 'Default',
    });
    expect(spec.volumes).toContainEqual({ name: 'scratch', emptyDir: { sizeLimit: '2Gi' } });
    const worker = container(run.workerJob(), 'worker');
    expect(worker).toMatchObject({
      workingDir: '/work',
      imagePullPolicy: 'Never',
      resources: { requests: { cpu: '500m' }, limits: { cpu: '2', memory: '1Gi' } },
      envFrom: [{ prefix: 'S_', configMapRef: { name: 'settings' } }],
    });
    expect(worker.env).toContainEqual({ name: 'MODE', value: 'fast' });
    expect(worker.env).toContainEqual({
      name: 'KEY',
      valueFrom: { configMapKeyRef: { name: 'settings', key: 'A' } },
    });
    expect(worker.volumeMounts).toContainEqual({ name: 'data', mountPath: '/data', readOnly: true });
    const courier = container(run.workerJob(), 'courier');
    expect(courier.envFrom).toBeUndefined();
    expect(JSON.stringify(courier)).not.toMatch(/MODE|\/data/);
  });

  test('may be told to the worker later', () => {
    const run = worked({});
    run.job.worker.env.addVariable('LATE', EnvValue.fromValue('yes'));
    run.job.worker.mount('/cache', Volume.fromEmptyDir(run.chart, 'cache', 'cache'));
    const worker = container(run.workerJob(), 'worker');
    expect(worker.env).toContainEqual({ name: 'LATE', value: 'yes' });
    expect(worker.volumeMounts).toContainEqual({ name: 'cache', mountPath: '/cache' });
  });

  test('includes where it runs', () => {
    const run = worked({});
    run.job.scheduling.attract(new LabeledNode([NodeLabelQuery.is('disk', 'ssd')]));
    run.job.scheduling.spread();
    const { affinity } = run.workerJob().spec.template.spec;
    expect(affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] },
    ]);
    expect(affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).toHaveLength(1);
  });

  test('renders the same each time', () => {
    const run = worked({});
    run.job.scheduling.spread();
    expect(run.objects()).toEqual(run.objects());
  });
});

describe('the user of the worker', () => {
  const contextOf = (props: Partial<CoarseWorkerJobProps>) =>
    container(worked(props).workerJob(), 'worker').securityContext;

  test('is 1000, whatever the image says', () => {
    expect(contextOf({})).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true });
  });

  test('is the one of the pod where that is set', () => {
    const context = contextOf({ securityContext: { user: 2000, group: 3000, fsGroup: 4000 } });
    expect(context.runAsUser).toBeUndefined();
    expect(context.runAsGroup).toBeUndefined();
    const pod = worked({ securityContext: { user: 2000, fsGroup: 4000 } }).workerJob().spec.template.spec;
    expect(pod.securityContext).toMatchObject({ runAsUser: 2000, fsGroup: 4000, runAsNonRoot: true });
  });

  test("is the container's own where that is set", () => {
    const props = { securityContext: { user: 2000 }, containerSecurityContext: { user: 5000 } };
    expect(contextOf(props)).toMatchObject({ runAsUser: 5000, runAsGroup: 1000 });
  });

  test("is the image's where root is allowed", () => {
    const context = contextOf({ securityContext: { ensureNonRoot: false } });
    expect(context.runAsNonRoot).toBe(false);
    expect(context.runAsUser).toBeUndefined();
  });

  test('is root where that is said', () => {
    expect(contextOf({ securityContext: { user: 0, ensureNonRoot: false } }).runAsUser).toBeUndefined();
    expect(contextOf({ containerSecurityContext: { user: 0, ensureNonRoot: false } }).runAsUser).toBe(0);
    expect(contextOf({ securityContext: { user: 0 }, containerSecurityContext: { user: 5 } }).runAsUser).toBe(5);
  });

  test.each<[Partial<CoarseWorkerJobProps>, RegExp]>([
    [{ securityContext: { user: 0 } }, /securityContext\.user is 0; it is root, .* Set ensureNonRoot: false beside it/],
    [{ containerSecurityContext: { user: 0 } }, /containerSecurityContext\.user is 0; it is root/],
    [
      { securityContext: { user: 0, ensureNonRoot: false }, containerSecurityContext: { ensureNonRoot: true } },
      /: securityContext\.user is 0; it is root/,
    ],
    [{ securityContext: { user: -1 } }, /: securityContext\.user is -1; it must be a whole number from 0/],
    [{ containerSecurityContext: { user: 1.5 } }, /containerSecurityContext\.user is 1\.5/],
    [{ securityContext: { group: -1 } }, /: securityContext\.group is -1/],
    [{ securityContext: { fsGroup: 2 ** 31 } }, /: securityContext\.fsGroup is 2147483648/],
    [
      { containerSecurityContext: { privileged: true, allowPrivilegeEscalation: false } },
      /allowPrivilegeEscalation is false; it cannot be together with privileged: true\. Leave it out/,
    ],
  ])('cannot be what Kubernetes does not start: %j', (props, message) => {
    expect(() => worked(props)).toThrow(message);
  });

  test('may have its privileges escalate where they are all there already', () => {
    const allowed = (context: object) =>
      contextOf({ containerSecurityContext: context }).allowPrivilegeEscalation as boolean;
    expect(allowed({ privileged: true })).toBe(true);
    expect(allowed({ privileged: false })).toBe(false);
    expect(allowed({ allowPrivilegeEscalation: true })).toBe(true);
  });

  test('keeps the rest of the restricted profile when one setting is changed', () => {
    const context = contextOf({ containerSecurityContext: { capabilities: { add: [Capability.SYS_NICE] } } });
    expect(context).toMatchObject({
      capabilities: { add: ['SYS_NICE'] },
      allowPrivilegeEscalation: false,
      seccompProfile: { type: 'RuntimeDefault' },
      readOnlyRootFilesystem: false,
    });
  });
});

describe('bad input', () => {
  test.each<[Partial<CoarseWorkerJobProps>, RegExp]>([
    [
      { parallelism: 0 },
      /CoarseWorkerJob 'test\/eat': parallelism is 0; it must be a whole number from 1 .*With no pods/,
    ],
    [{ parallelism: -1 }, /parallelism is -1/],
    [{ parallelism: 1.5 }, /parallelism is 1\.5/],
    [{ parallelism: Number.NaN }, /parallelism is NaN/],
    [{ parallelism: '3' as unknown as number }, /parallelism is "3"; it must be a whole number/],
    [{ parallelism: 2 ** 31 }, /parallelism is 2147483648/],
    [{ itemsPerPod: 0 }, /itemsPerPod is 0.*A pod works on one item or more/],
    [{ itemsPerPod: 0.5 }, /itemsPerPod is 0\.5/],
    [{ maxAttempts: 0 }, /maxAttempts is 0.*tried at least once/],
    [{ maxAttempts: 2.5 }, /maxAttempts is 2\.5/],
    [{ toleratedDeadLetters: -1 }, /toleratedDeadLetters is -1; it must be a whole number from 0/],
    [{ backoffLimit: -1 }, /backoffLimit is -1/],
    [
      { itemTimeout: Duration.seconds(0) },
      /itemTimeout is 0 s; it must be a whole number of seconds.*from 1 to 2073600/,
    ],
    [{ itemTimeout: Duration.millis(500) }, /itemTimeout is 0\.5 s; it must be a whole number of seconds/],
    [{ itemTimeout: Duration.millis(1500) }, /itemTimeout is 1\.5 s/],
    [{ itemTimeout: Duration.days(25) }, /itemTimeout is 2160000 s.*Longer work is better cut/],
    [{ terminationGracePeriod: Duration.seconds(0) }, /terminationGracePeriod is 0 s/],
    [{ activeDeadline: Duration.seconds(0) }, /activeDeadline is 0 s.*Leave it out/],
    [
      { activeDeadline: Duration.minutes(59), itemTimeout: Duration.hours(1) },
      /activeDeadline is 3540 s; it must not be shorter than itemTimeout, 3600 s: .* Give items less, or the Job more/,
    ],
    [{ ttlAfterFinished: Duration.millis(100) }, /ttlAfterFinished is 0\.1 s/],
  ])('%j is an error', (props, message) => {
    expect(() => worked(props)).toThrow(message);
  });

  describe('an item that is too long', () => {
    class Queue extends QueueSeeder {
      public readonly longestItemBytes = 131_070;
    }
    const eat = (props: Partial<CoarseWorkerJobProps>) => {
      const chart = newChart();
      const broker = new RabbitMQ(chart, 'rabbitmq');
      const queue = new Queue(chart, 'queue', { broker, items: WorkItems.list(FRUITS) });
      return new CoarseWorkerJob(chart, 'eat', { queue, image: 'x:1', program: Program.command('cat'), ...props });
    };

    test.each([[Program.command('x', Program.ITEM)], [Program.command('x', `-${Program.ITEM}`)]])(
      'is no error where it fits an argument',
      (program) => {
        expect(() => eat({ program })).not.toThrow();
      },
    );

    test.each<[Partial<CoarseWorkerJobProps>, RegExp]>([
      [
        { program: Program.command('x', `é${Program.ITEM}`) },
        /the program takes the item as an argument, "é\{\{work-item\}\}", which would have up to 131072 bytes: the longest/,
      ],
      [{ program: Program.command('x', Program.ITEM + Program.ITEM) }, /up to 262140 bytes/],
      [
        { itemVariable: 'A' },
        /the item as a variable, "A=\{\{work-item\}\}", .* 131072 bytes.*standard input, or Program\.ITEM_FILE/,
      ],
    ])('is an error with %j', (props, message) => {
      expect(() => eat(props)).toThrow(message);
    });
  });

  test('a duration below zero is an error of cdk8s itself', () => {
    expect(() => Duration.seconds(-1)).toThrow(/cannot be negative/);
  });

  test("a queue of another chart's namespace is an error", () => {
    const app = new App();
    const theirs = new Chart(app, 'theirs', { namespace: 'a' });
    const broker = new RabbitMQ(theirs, 'rabbitmq');
    const queue = new QueueSeeder(theirs, 'queue', { broker, items: WorkItems.list(FRUITS) });
    const ours = new Chart(app, 'ours', { namespace: 'b' });
    const props = { queue, image: 'x:1', program: Program.command('cat') };
    expect(() => new CoarseWorkerJob(ours, 'eat', props)).toThrow(
      /CoarseWorkerJob 'ours\/eat': the broker of its queue 'theirs\/rabbitmq' is in namespace a, this is in namespace b/,
    );
  });

  test('a queue of another chart in the same namespace is fine', () => {
    const app = new App();
    const theirs = new Chart(app, 'theirs', { namespace: 'a' });
    const broker = new RabbitMQ(theirs, 'rabbitmq');
    const queue = new QueueSeeder(theirs, 'queue', { broker, items: WorkItems.list(FRUITS) });
    const ours = new Chart(app, 'ours', { namespace: 'a' });
    new CoarseWorkerJob(ours, 'eat', { queue, image: 'x:1', program: Program.command('cat') });
    expect((ours.toJson() as Json[]).map(({ kind }) => kind)).toEqual(['ConfigMap', 'Job']);
  });
});
