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
import { BrokerVolume } from '../../../lib/contract/broker-secrets';
import { ContainerName } from '../../../lib/contract/containers';
import { EnvName, ProgramEnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { MountPath } from '../../../lib/contract/mount-paths';
import { SharedVolume } from '../../../lib/contract/shared-volume';
import {
  CoarseWorkerJob,
  type CoarseWorkerJobProps,
  Program,
  QueueSeeder,
  RabbitMQ,
  WorkerPool,
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

describe('the number of completions', () => {
  test.each([
    [8, 1, 8],
    [8, 3, 3],
    [9, 3, 3],
    [1, 100, 1],
    [0, 1, 0],
  ])('the number of completions for %d items with `itemsPerPod` %d is %d', (count, itemsPerPod, completions) => {
    const run = worked({ itemsPerPod }, FRUITS.concat(['nut']).slice(0, count));
    expect(run.job.completions).toBe(completions);
    expect(run.workerJob().spec.completions).toBe(completions);
  });

  test('`parallelism` is 1 by default, and may exceed the number of completions', () => {
    expect(worked({}).workerJob().spec.parallelism).toBe(1);
    expect(worked({ parallelism: 500 }).workerJob().spec.parallelism).toBe(500);
  });
});

describe('how items may fail', () => {
  const courierOf = (worker: Partial<CoarseWorkerJobProps>, items?: string[]) =>
    env(worked(worker, items).workerJob(), ContainerName.COURIER);

  test.each<[number[] | undefined, string]>([
    [undefined, '126,127'],
    [[2, 65], '2,65'],
    [[65, 2, 65], '2,65'],
    [[], ''],
    [[1, 255], '1,255'],
  ])('`permanentExitCodes` %j are %j for the courier', (permanentExitCodes, codes) => {
    expect(courierOf({ permanentExitCodes })[EnvName.PERMANENT_EXIT_CODES] ?? '').toBe(codes);
  });

  test.each<[number, number, number]>([
    [0, 8, 0],
    [5, 8, 0],
    [12.5, 8, 1],
    [99, 8, 7],
    [100, 8, 8],
    [0.57, 10_000, 57],
    [1.1, 1000, 11],
    [5, 0, 0],
  ])('`toleratedDeadLettersPercent` %d of %d items is %d, rounded down', (toleratedDeadLettersPercent, count, dead) => {
    const items = Array.from({ length: count }, (_, n) => `${n}`);
    expect(courierOf({ toleratedDeadLettersPercent }, items)[EnvName.TOLERATED_DEAD_LETTERS]).toBe(String(dead));
  });
});

describe('an Indexed Job', () => {
  test("the courier knows the number of indexes; Kubernetes gives it the pod's own", () => {
    const run = worked({ itemsPerPod: 3 });
    const { completionMode, completions } = run.workerJob().spec;
    expect(completionMode).toBe('Indexed');
    const courier = env(run.workerJob(), ContainerName.COURIER);
    expect(courier[EnvName.COMPLETIONS]).toBe(String(completions));
    expect(courier).not.toHaveProperty(EnvName.COMPLETION_INDEX);
  });

  // https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/validation/validation.go, ValidateJob
  test("the pods' hostnames, the Job's name and an index, have at most 63 characters, however long id and list are", () => {
    const { chart, queue } = worked({});
    const job = new CoarseWorkerJob(chart, 'x'.repeat(200), {
      queue: Object.create(queue, { itemCount: { value: 2 ** 31 - 1 } }),
      image: 'busybox:1.37',
      program: Program.command('cat'),
    });
    expect(`${job.name}-${job.completions - 1}`).toMatch(/^[a-z0-9-]{62}$/);
  });
});

describe('the pod of a worker', () => {
  test('the pod starts the worker first, so that its image is usually pulled before the courier waits for it', () => {
    const { containers } = worked({}).workerJob().spec.template.spec;
    expect(containers.map(({ name }: Json) => name)).toEqual([ContainerName.WORKER, ContainerName.COURIER]);
  });

  test('`kubectl logs` shows the worker by default', () => {
    const { metadata } = worked({}).workerJob().spec.template;
    expect(metadata.annotations['kubectl.kubernetes.io/default-container']).toBe(ContainerName.WORKER);
  });

  test('the courier gets its settings as environment variables', () => {
    const run = worked({
      itemsPerPod: 3,
      maxAttempts: 5,
      maxInterruptions: 7,
      toleratedDeadLetters: 2,
      itemTimeout: Duration.minutes(2),
    });
    expect(env(run.workerJob(), ContainerName.COURIER)).toMatchObject({
      [EnvName.BROKER_URL]: run.broker.connection.url,
      [EnvName.QUEUE]: run.queue.queueName,
      [EnvName.RUN]: run.queue.queueName,
      [EnvName.SHARED_VOLUME_DIR]: MountPath.SHARED_VOLUME,
      [EnvName.ITEM_COUNT]: '8',
      [EnvName.ITEMS_PER_POD]: '3',
      [EnvName.MAX_ATTEMPTS]: '5',
      [EnvName.MAX_INTERRUPTIONS]: '7',
      [EnvName.ITEM_TIMEOUT_SECONDS]: '120',
      [EnvName.TOLERATED_DEAD_LETTERS]: '2',
      [EnvName.TERMINATION_GRACE_SECONDS]: '30',
    });
  });

  test('the worker gets the name of the queue, but not the credentials of the broker', () => {
    const run = worked({});
    const job = run.workerJob();
    expect(container(job, ContainerName.WORKER).env).toEqual([
      { name: ProgramEnvName.QUEUE, value: run.queue.queueName },
    ]);
    const secrets = job.spec.template.spec.volumes.filter(({ secret }: Json) => secret);
    expect(secrets).toEqual([credentialsVolume(run.broker.connection.credentials.name)]);
    const mounted = (name: string) => container(job, name).volumeMounts.map((mount: Json) => mount.name);
    expect(mounted(ContainerName.WORKER)).not.toContain(BrokerVolume.CREDENTIALS);
    expect(mounted(ContainerName.COURIER)).toContain(BrokerVolume.CREDENTIALS);
    expect(env(job, ContainerName.COURIER)[EnvName.BROKER_CREDENTIALS_DIR]).toBe(MountPath.CREDENTIALS);
  });

  test('the courier gets the places where the program expects the item, in addition to standard input', () => {
    const program = Program.command('sh', '-c', 'x "$1"', 'sh', `$(A)${Program.ITEM}`, Program.ITEM_FILE);
    const job = worked({ program, itemVariable: 'FRAME' }).workerJob();
    const variables = env(job, ContainerName.COURIER);
    expect(variables[EnvName.ITEM_VARIABLES]).toBe('{"FRAME":[{}]}');
    // Kubernetes reads $$(A) as $(A).
    expect(variables[EnvName.ITEM_ARGUMENTS]).toBe('[null,null,null,null,["$$(A)",{}],null]');
    expect(container(job, ContainerName.WORKER).command.slice(-2)).toEqual([`$$(A)${Program.ITEM}`, Program.ITEM_FILE]);
    expect(container(worked({}).workerJob(), ContainerName.COURIER).env.map(({ name }: Json) => name)).not.toContain(
      EnvName.ITEM_ARGUMENTS,
    );
  });

  test('both containers mount the shared volume in memory, and the programs read-only', () => {
    const job = worked({}).workerJob();
    const { volumes } = job.spec.template.spec;
    expect(volumes).toContainEqual({ name: 'work-queue-shared', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } });
    const shared = [
      { name: 'work-queue-programs', mountPath: MountPath.PROGRAMS, readOnly: true },
      { name: 'work-queue-shared', mountPath: MountPath.SHARED_VOLUME },
    ];
    // Each of these tells the other container that this one has been created.
    const created = (name: string) => ({
      name: 'work-queue-shared',
      mountPath: `${MountPath.SHARED_VOLUME}/${name}`,
      subPath: name,
      readOnly: true,
    });
    expect(container(job, ContainerName.WORKER).volumeMounts).toEqual([
      ...shared,
      created(SharedVolume.WORKER_CREATED),
    ]);
    expect(container(job, ContainerName.COURIER).volumeMounts).toEqual([
      ...shared,
      created(SharedVolume.COURIER_CREATED),
      { name: BrokerVolume.CREDENTIALS, mountPath: MountPath.CREDENTIALS, readOnly: true },
    ]);
  });

  test('all workers of a chart share one immutable ConfigMap with courier, shim and runner', () => {
    const run = worked({});
    const queue = new QueueSeeder(run.chart, 'nuts', { broker: run.broker, items: WorkItems.list(['nut']) });
    const other = { queue, image: 'x:1', program: Program.command('cat') };
    const second = new WorkerPool(run.chart, 'second', { ...other, workers: 2 });
    const nameIn = (job: Json) =>
      job.spec.template.spec.volumes.find(({ name }: Json) => name === 'work-queue-programs').configMap.name;
    const name = nameIn(run.workerJob());
    expect(nameIn(run.named('Job', second.name))).toBe(name);
    const { immutable, data, binaryData } = run.named('ConfigMap', name);
    expect(immutable).toBe(true);
    expect(Object.keys({ ...data, ...binaryData }).sort()).toEqual([
      'courier.js',
      'courier.js.gz',
      'runner.sh',
      'shim.sh',
    ]);
    for (const name of ['shim.sh', 'runner.sh']) expect(data[name]).toMatch(/^#!\/bin\/sh\n/);
  });

  test('the courier requests few resources by default, and the worker none', () => {
    const job = worked({}).workerJob();
    expect(container(job, ContainerName.WORKER).resources).toBeUndefined();
    expect(container(job, ContainerName.COURIER).resources).toEqual({
      requests: { cpu: '10m', memory: '48Mi' },
      limits: { memory: '256Mi' },
    });
  });
});

describe('the limits of a Job', () => {
  test('`podFailurePolicy` follows from the exit codes of the courier, and `backoffLimit` from `parallelism`', () => {
    expect(worked({}).workerJob().spec.podFailurePolicy.rules).toEqual([
      {
        action: 'FailJob',
        onExitCodes: {
          containerName: ContainerName.COURIER,
          operator: 'In',
          values: [ExitCode.TOO_MANY_DEAD_LETTERS, ExitCode.ITEMS_LOST],
        },
      },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      {
        action: 'Ignore',
        onExitCodes: {
          containerName: ContainerName.COURIER,
          operator: 'In',
          values: [ExitCode.PROGRESSED, ExitCode.STOPPED],
        },
      },
      {
        action: 'Count',
        onExitCodes: { containerName: ContainerName.WORKER, operator: 'NotIn', values: [ExitCode.KILLED] },
      },
      {
        action: 'Ignore',
        onExitCodes: { containerName: ContainerName.COURIER, operator: 'In', values: [ExitCode.KILLED] },
      },
    ]);
    expect(worked({}).workerJob().spec.template.spec.restartPolicy).toBe('Never');
    expect(worked({}).workerJob().spec.backoffLimit).toBe(6);
    expect(worked({ parallelism: 5 }).workerJob().spec.backoffLimit).toBe(30);
  });

  test('the default of `activeDeadline` is a day and the time of all attempts', () => {
    const times = { itemTimeout: Duration.seconds(100), terminationGracePeriod: Duration.seconds(10), maxAttempts: 2 };
    expect(worked(times).workerJob().spec.activeDeadlineSeconds).toBe(8 * 2 * (100 + 10 + 120) + 86_400);
  });

  test('the deadline of a pod is an hour and the time of all attempts of its items', () => {
    const times = { itemTimeout: Duration.seconds(100), terminationGracePeriod: Duration.seconds(10), maxAttempts: 2 };
    const { spec } = worked({ ...times, itemsPerPod: 4 }).workerJob().spec.template;
    expect(spec.activeDeadlineSeconds).toBe(4 * 2 * (100 + 10 + 120) + 3600);
  });

  test('the deadlines and the consumer timeout are at most ten years', () => {
    const run = worked({ itemTimeout: Duration.days(24), maxAttempts: 500 });
    expect(run.workerJob().spec.activeDeadlineSeconds).toBe(315_360_000);
    expect(run.workerJob().spec.template.spec.activeDeadlineSeconds).toBe(315_360_000);
    expect(env(run.seederJob(), ContainerName.SEEDER)[EnvName.CONSUMER_TIMEOUT_SECONDS]).toBe('315360000');
  });

  test('`activeDeadline`, `ttlAfterFinished` and `backoffLimit` become the fields of the Job', () => {
    const run = worked({ activeDeadline: Duration.minutes(2), ttlAfterFinished: Duration.days(1), backoffLimit: 0 });
    expect(run.workerJob().spec).toMatchObject({
      activeDeadlineSeconds: 120,
      ttlSecondsAfterFinished: 86_400,
      backoffLimit: 0,
    });
  });
});

describe('what cdk8s-plus supports', () => {
  test('the settings of pod and worker accept the types of cdk8s-plus', () => {
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
    const worker = container(run.workerJob(), ContainerName.WORKER);
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
    const courier = container(run.workerJob(), ContainerName.COURIER);
    expect(courier.envFrom).toBeUndefined();
    expect(JSON.stringify(courier)).not.toMatch(/MODE|\/data/);
  });

  test('variables and mounts can be added to the worker after the constructor', () => {
    const run = worked({});
    run.job.worker.env.addVariable('LATE', EnvValue.fromValue('yes'));
    run.job.worker.mount('/cache', Volume.fromEmptyDir(run.chart, 'cache', 'cache'));
    const worker = container(run.workerJob(), ContainerName.WORKER);
    expect(worker.env).toContainEqual({ name: 'LATE', value: 'yes' });
    expect(worker.volumeMounts).toContainEqual({ name: 'cache', mountPath: '/cache' });
  });

  test('`scheduling` becomes the affinity of the pods', () => {
    const run = worked({});
    run.job.scheduling.attract(new LabeledNode([NodeLabelQuery.is('disk', 'ssd')]));
    run.job.scheduling.spread();
    const { affinity } = run.workerJob().spec.template.spec;
    expect(affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] },
    ]);
    expect(affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).toHaveLength(1);
  });

  test('a Job renders the same each time', () => {
    const run = worked({});
    run.job.scheduling.spread();
    expect(run.objects()).toEqual(run.objects());
  });
});

describe('the user of the worker', () => {
  const contextOf = (props: Partial<CoarseWorkerJobProps>) =>
    container(worked(props).workerJob(), ContainerName.WORKER).securityContext;

  test('the user and group of the worker are 1000 by default', () => {
    expect(contextOf({})).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true });
  });

  test('the user and group of the worker are those of the pod if these are set', () => {
    const context = contextOf({ securityContext: { user: 2000, group: 3000, fsGroup: 4000 } });
    expect(context.runAsUser).toBeUndefined();
    expect(context.runAsGroup).toBeUndefined();
    const pod = worked({ securityContext: { user: 2000, fsGroup: 4000 } }).workerJob().spec.template.spec;
    expect(pod.securityContext).toMatchObject({ runAsUser: 2000, fsGroup: 4000, runAsNonRoot: true });
  });

  test('the user of the worker is that of its container if this is set', () => {
    const props = { securityContext: { user: 2000 }, containerSecurityContext: { user: 5000 } };
    expect(contextOf(props)).toMatchObject({ runAsUser: 5000, runAsGroup: 1000 });
  });

  test('the user of the worker is that of the image if root is allowed', () => {
    const context = contextOf({ securityContext: { ensureNonRoot: false } });
    expect(context.runAsNonRoot).toBe(false);
    expect(context.runAsUser).toBeUndefined();
  });

  test('the user of the worker may be root with `ensureNonRoot: false`', () => {
    expect(contextOf({ securityContext: { user: 0, ensureNonRoot: false } }).runAsUser).toBeUndefined();
    expect(contextOf({ containerSecurityContext: { user: 0, ensureNonRoot: false } }).runAsUser).toBe(0);
    expect(contextOf({ securityContext: { user: 0 }, containerSecurityContext: { user: 5 } }).runAsUser).toBe(5);
  });

  test.each<[Partial<CoarseWorkerJobProps>, RegExp]>([
    [{ securityContext: { user: 0 } }, /securityContext\.user is 0; it is root, .* Also set ensureNonRoot: false/],
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
      /allowPrivilegeEscalation is false; it cannot be combined with privileged: true\. Omit one/,
    ],
  ])('security settings that Kubernetes does not start are an error: %j', (props, message) => {
    expect(() => worked(props)).toThrow(message);
  });

  test('privileges may escalate only if the container is privileged or asks for it', () => {
    const allowed = (context: object) =>
      contextOf({ containerSecurityContext: context }).allowPrivilegeEscalation as boolean;
    expect(allowed({ privileged: true })).toBe(true);
    expect(allowed({ privileged: false })).toBe(false);
    expect(allowed({ allowPrivilegeEscalation: true })).toBe(true);
  });

  test('the worker keeps the rest of the restricted profile when one setting changes', () => {
    const context = contextOf({ containerSecurityContext: { capabilities: { add: [Capability.SYS_NICE] } } });
    expect(context).toMatchObject({
      capabilities: { add: ['SYS_NICE'] },
      allowPrivilegeEscalation: false,
      seccompProfile: { type: 'RuntimeDefault' },
      readOnlyRootFilesystem: false,
    });
  });
});

describe('an invalid property', () => {
  test.each<[Partial<CoarseWorkerJobProps>, RegExp]>([
    [
      { parallelism: 0 },
      /CoarseWorkerJob 'test\/eat': parallelism is 0; it must be a whole number from 1 .*Without pods/,
    ],
    [{ parallelism: -1 }, /parallelism is -1/],
    [{ parallelism: 1.5 }, /parallelism is 1\.5/],
    [{ parallelism: Number.NaN }, /parallelism is NaN/],
    [{ parallelism: '3' as unknown as number }, /parallelism is "3"; it must be a number\. Write 3\./],
    [{ parallelism: 2 ** 31 }, /parallelism is 2147483648/],
    [
      { parallelism: 100_001 },
      /parallelism is 100001; it must be at most 100000, the maximum of Kubernetes for an Indexed Job\. Use a smaller/,
    ],
    [{ itemsPerPod: 0 }, /itemsPerPod is 0.*A pod processes at least one item/],
    [{ itemsPerPod: 0.5 }, /itemsPerPod is 0\.5/],
    [{ maxAttempts: 0 }, /maxAttempts is 0.*tried at least once/],
    [{ maxAttempts: 2.5 }, /maxAttempts is 2\.5/],
    [{ maxInterruptions: 0 }, /maxInterruptions is 0.*whose pod is terminated becomes a dead letter/],
    [{ toleratedDeadLetters: -1 }, /toleratedDeadLetters is -1; it must be a whole number from 0/],
    [{ backoffLimit: -1 }, /backoffLimit is -1/],
    [
      { itemTimeout: Duration.seconds(0) },
      /itemTimeout is 0 s; it must be a whole number of seconds.*from 1 to 2073600/,
    ],
    [
      { permanentExitCodes: [2, 0] },
      /permanentExitCodes\[1\] is 0; it must be a whole number from 1 to 255\. A program that exits with 0 has done its/,
    ],
    [{ permanentExitCodes: [256] }, /permanentExitCodes\[0\] is 256; it must be/],
    [{ permanentExitCodes: [1.5] }, /permanentExitCodes\[0\] is 1\.5; it must be/],
    [{ permanentExitCodes: [Number.NaN] }, /permanentExitCodes\[0\] is NaN; it must be/],
    [
      { toleratedDeadLettersPercent: 101 },
      /toleratedDeadLettersPercent is 101; it must be a number from 0 to 100\. With 0/,
    ],
    [{ toleratedDeadLettersPercent: -0.1 }, /toleratedDeadLettersPercent is -0\.1; it must be/],
    [{ toleratedDeadLettersPercent: Number.NaN }, /toleratedDeadLettersPercent is NaN; it must be/],
    [
      { toleratedDeadLettersPercent: 5, toleratedDeadLetters: 0 },
      /toleratedDeadLettersPercent is 5; it cannot be combined with toleratedDeadLetters, which is 0\. Omit one of them\./,
    ],
    [{ itemTimeout: Duration.millis(500) }, /itemTimeout is 0\.5 s; it must be a whole number of seconds/],
    [{ itemTimeout: Duration.millis(1500) }, /itemTimeout is 1\.5 s/],
    [{ itemTimeout: Duration.days(25) }, /itemTimeout is 2160000 s.*Split longer work/],
    [{ terminationGracePeriod: Duration.seconds(0) }, /terminationGracePeriod is 0 s/],
    [{ activeDeadline: Duration.seconds(0) }, /activeDeadline is 0 s.*Omit it/],
    [
      { activeDeadline: Duration.minutes(59), itemTimeout: Duration.hours(1) },
      /activeDeadline is 3540 s; it must not be shorter than itemTimeout, 3600 s, .* Reduce itemTimeout, or increase activeDeadline/,
    ],
    [{ ttlAfterFinished: Duration.millis(100) }, /ttlAfterFinished is 0\.1 s/],
  ])('the properties %j are an error', (props, message) => {
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
      'an item that just fits into an argument is accepted',
      (program) => {
        expect(() => eat({ program })).not.toThrow();
      },
    );

    test.each<[Partial<CoarseWorkerJobProps>, RegExp]>([
      [
        { program: Program.command('x', `é${Program.ITEM}`) },
        /the program gets the item as an argument, "é@WORK_ITEM@", which would have up to 131072 bytes, because the longest/,
      ],
      [{ program: Program.command('x', Program.ITEM + Program.ITEM) }, /up to 262140 bytes/],
      [
        { itemVariable: 'A' },
        /the item as a variable, "A=@WORK_ITEM@", .* 131072 bytes.*standard input, or from Program\.ITEM_FILE/,
      ],
    ])('an item that is too long is an error with %j', (props, message) => {
      expect(() => eat(props)).toThrow(message);
    });
  });

  test('cdk8s itself refuses a negative duration', () => {
    expect(() => Duration.seconds(-1)).toThrow(/cannot be negative/);
  });

  test('a queue in another namespace is an error', () => {
    const app = new App();
    const other = new Chart(app, 'other', { namespace: 'a' });
    const broker = new RabbitMQ(other, 'rabbitmq');
    const queue = new QueueSeeder(other, 'queue', { broker, items: WorkItems.list(FRUITS) });
    const workers = new Chart(app, 'workers', { namespace: 'b' });
    const props = { queue, image: 'x:1', program: Program.command('cat') };
    expect(() => new CoarseWorkerJob(workers, 'eat', props)).toThrow(
      /CoarseWorkerJob 'workers\/eat': the broker of its queue 'other\/rabbitmq' is in namespace a, but this construct is in namespace b/,
    );
  });

  test('a queue of another chart in the same namespace is accepted', () => {
    const app = new App();
    const other = new Chart(app, 'other', { namespace: 'a' });
    const broker = new RabbitMQ(other, 'rabbitmq');
    const queue = new QueueSeeder(other, 'queue', { broker, items: WorkItems.list(FRUITS) });
    const workers = new Chart(app, 'workers', { namespace: 'a' });
    new CoarseWorkerJob(workers, 'eat', { queue, image: 'x:1', program: Program.command('cat') });
    expect((workers.toJson() as Json[]).map(({ kind }) => kind)).toEqual(['ConfigMap', 'Job']);
  });
});
