import { Duration } from 'cdk8s';
import { Cpu, EnvValue, Secret } from 'cdk8s-plus-28';
import { ContainerName } from '../../../lib/contract/containers';
import { DeliveryName } from '../../../lib/contract/delivery';
import { EnvName, ProgramEnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { Label } from '../../../lib/contract/labels';
import { MountPath } from '../../../lib/contract/mount-paths';
import {
  CoarseWorkerJob,
  type CoarseWorkerJobProps,
  Delivery,
  Network,
  Program,
  QueueSeeder,
  RabbitMQ,
  Trust,
  WorkItems,
} from '../../../lib/index';
import { container, credentialsVolume, env, type Json, newChart, SynthesizedRun } from '../../../tools/synthesized-run';

const WAYS = [
  ['Delivery.amqpConsume()', DeliveryName.AMQP_CONSUME, () => Delivery.amqpConsume()],
  ['Delivery.none()', DeliveryName.NONE, () => Delivery.none()],
] as const;

const runWith = (delivery: Delivery, worker: Partial<CoarseWorkerJobProps> = {}) =>
  new SynthesizedRun({ worker: { delivery, ...worker } });

const podSpec = (run: SynthesizedRun): Json => run.workerJob().spec.template.spec;

test('Delivery.courier() is the default', () => {
  expect(runWith(Delivery.courier()).workerJob()).toEqual(new SynthesizedRun().workerJob());
});

describe.each(WAYS)('%s', (call, name, delivery) => {
  test('the pod has one container, the worker', () => {
    const run = runWith(delivery());
    expect(podSpec(run).containers.map((each: Json) => each.name)).toEqual([ContainerName.WORKER]);
    expect(podSpec(run).initContainers).toBeUndefined();
  });

  test('the Job and its pods have the label of the delivery, and those of the broker’s clients', () => {
    const { metadata, spec } = runWith(delivery()).workerJob();
    expect(metadata.labels[Label.DELIVERY]).toBe(name);
    expect(spec.template.metadata.labels).toMatchObject({
      [Label.DELIVERY]: name,
      [Label.NETWORK]: Network.RESTRICTED,
      [Label.BROKER]: expect.any(String),
    });
  });

  test('the program reaches the broker with files for its credentials, and the URL has none', () => {
    const run = runWith(delivery(), { itemsPerPod: 1 });
    expect(env(run.workerJob(), ContainerName.WORKER)).toEqual({
      [EnvName.BROKER_URL]: run.broker.connection.url,
      [EnvName.BROKER_CREDENTIALS_DIR]: MountPath.CREDENTIALS,
      [EnvName.QUEUE]: run.queue.queueName,
      [ProgramEnvName.RUN]: run.queue.queueName,
      [EnvName.ITEM_COUNT]: '8',
      [EnvName.ITEMS_PER_POD]: '1',
      [EnvName.ITEM_TIMEOUT_SECONDS]: '3600',
      [EnvName.TERMINATION_GRACE_SECONDS]: '30',
      [EnvName.POD_NAME]: undefined,
      [EnvName.NODE_NAME]: undefined,
    });
    expect(podSpec(run).volumes).toContainEqual(credentialsVolume(run.broker.connection.credentials.name));
  });

  test('the container is restricted, and has the properties of the worker', () => {
    const run = runWith(delivery(), {
      resources: { cpu: { request: Cpu.millis(100) } },
      workingDir: '/data',
      containerSecurityContext: { user: 7 },
      envVariables: { MINE: EnvValue.fromValue('x') },
    });
    expect(container(run.workerJob(), ContainerName.WORKER)).toMatchObject({
      workingDir: '/data',
      resources: { requests: { cpu: '100m' } },
      securityContext: {
        runAsUser: 7,
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      },
      env: expect.arrayContaining([{ name: 'MINE', value: 'x' }]),
    });
  });

  test('the Job ends by activeDeadlineSeconds and by backoffLimit', () => {
    const itemTimeout = Duration.minutes(10);
    const { spec } = runWith(delivery(), { itemTimeout, parallelism: 2 }).workerJob();
    const holdSeconds = 600 + 30 + 120;
    expect(spec.activeDeadlineSeconds).toBe(24 * 3600 + 8 * holdSeconds);
    expect(spec.template.spec.activeDeadlineSeconds).toBe(3600 + holdSeconds);
    expect(spec.backoffLimit).toBe(12);
    const rules: Json[] = spec.podFailurePolicy.rules;
    expect(rules.filter(({ action }) => action === 'Ignore')).toEqual([
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ]);
  });

  const secret = Secret.fromSecretName(newChart(), 'Secret', 'name');
  test.each<[Partial<CoarseWorkerJobProps>, string]>([
    [
      { maxAttempts: 5 },
      `maxAttempts is 5; it needs the courier, which counts the attempts of an item, and with ${call} the pod has none. Omit maxAttempts, or omit delivery.`,
    ],
    [
      { permanentExitCodes: [65] },
      'permanentExitCodes is [65]; it needs the courier, which decides whether another attempt follows',
    ],
    [{ maxInterruptions: 3 }, 'maxInterruptions is 3; it needs the courier'],
    [{ toleratedDeadLetters: 0 }, 'toleratedDeadLetters is 0; it needs the courier, which counts the dead letters'],
    [{ toleratedDeadLettersPercent: 5 }, 'toleratedDeadLettersPercent is 5; it needs the courier'],
    [{ itemVariable: 'FRAME' }, 'itemVariable is "FRAME"; it needs the courier, which sets a variable for each item'],
    [{ courierResources: {} }, 'courierResources is {}; it needs the courier, which is a container of its own'],
    [
      { program: Program.command('a', Program.ITEM) },
      `an argument of the program contains Program.ITEM or Program.field, which the courier replaces for each item, and with ${call} the pod has none. Let the program read`,
    ],
    [
      { program: Program.command('a', Program.field('x')) },
      'an argument of the program contains Program.ITEM or Program.field',
    ],
    [
      { envVariables: { A: EnvValue.fromValue(`x${Program.ITEM}`) } },
      'variable A contains Program.ITEM or Program.field',
    ],
    [
      { envVariables: { BROKER_URL: EnvValue.fromValue('x') } },
      'envVariables sets "BROKER_URL", which always contains the broker\'s address. Use another name.',
    ],
    [
      { envVariables: { ITEM_COUNT: EnvValue.fromSecretValue({ secret, key: 'x' }) } },
      'envVariables sets "ITEM_COUNT", which always contains the number of items',
    ],
  ])('%j is an error that says why, and what to do', (worker, message) => {
    expect(() => runWith(delivery(), worker)).toThrow(`CoarseWorkerJob 'test/eat': ${message}`);
  });

  test('a variable of this package that is set after the constructor is an error', () => {
    const run = runWith(delivery());
    run.job.worker.env.addVariable('QUEUE', EnvValue.fromValue('x'));
    expect(run.job.node.validate()).toEqual([
      expect.stringContaining('envVariables sets "QUEUE", which always contains the name'),
    ]);
    expect(runWith(delivery()).job.node.validate()).toEqual([]);
  });
});

describe('Delivery.amqpConsume()', () => {
  test('the script of this package runs the program, over a volume in memory for the item', () => {
    const run = runWith(Delivery.amqpConsume(), { program: Program.command('cat', Program.ITEM_FILE) });
    const { command, volumeMounts } = container(run.workerJob(), ContainerName.WORKER);
    expect(command).toEqual([
      '/bin/sh',
      '/opt/work-queue/programs/consume.sh',
      '/run/work-queue',
      'cat',
      '/run/work-queue/item',
    ]);
    expect(volumeMounts.map(({ mountPath }: Json) => mountPath)).toEqual([
      MountPath.PROGRAMS,
      MountPath.SHARED_VOLUME,
      MountPath.CREDENTIALS,
    ]);
    expect(podSpec(run).volumes).toContainEqual({
      name: 'work-queue-shared',
      emptyDir: { medium: 'Memory', sizeLimit: '64Mi' },
    });
  });

  test('there are as many completions as items', () => {
    expect(runWith(Delivery.amqpConsume()).workerJob().spec.completions).toBe(8);
  });

  test('itemsPerPod must be 1', () => {
    expect(() => runWith(Delivery.amqpConsume(), { itemsPerPod: 1 })).not.toThrow();
    expect(() => runWith(Delivery.amqpConsume(), { itemsPerPod: 3 })).toThrow(
      'itemsPerPod is 3; it must be 1 with Delivery.amqpConsume(), because amqp-consume does not say which of several items ' +
        'has failed. Omit itemsPerPod, or omit delivery.',
    );
  });

  test('a broker whose certificate is for another name is an error, because amqp-consume verifies the host', () => {
    const chart = newChart();
    const secret = Secret.fromSecretName(chart, 'Secret', 'mq');
    const broker = RabbitMQ.fromExisting(chart, 'mq', {
      secret,
      host: 'mq',
      tls: Trust.publicAuthorities(),
      serverName: 'mq.example.com',
    });
    const queue = new QueueSeeder(chart, 'fruits', { broker, items: WorkItems.list(['a']) });
    const props = { queue, image: 'busybox:1.37', program: Program.command('cat'), delivery: Delivery.amqpConsume() };
    expect(() => new CoarseWorkerJob(chart, 'eat', props)).toThrow(
      'serverName of the broker is "mq.example.com"; it cannot be combined with Delivery.amqpConsume(), because amqp-consume ' +
        "accepts only a certificate for the broker's host. Use a host",
    );
  });
});

describe('Delivery.none()', () => {
  test('the program is the command of the container, and nothing of this package is mounted but the credentials', () => {
    const run = runWith(Delivery.none(), { program: Program.command('/app/consume', '--fast') });
    const { command, volumeMounts } = container(run.workerJob(), ContainerName.WORKER);
    expect(command).toEqual(['/app/consume', '--fast']);
    expect(volumeMounts.map(({ mountPath }: Json) => mountPath)).toEqual([MountPath.CREDENTIALS]);
  });

  test('itemsPerPod divides the items among the pods', () => {
    const run = runWith(Delivery.none(), { itemsPerPod: 3 });
    expect(run.workerJob().spec.completions).toBe(3);
    expect(env(run.workerJob(), ContainerName.WORKER)[EnvName.ITEMS_PER_POD]).toBe('3');
  });

  test('a pod that exits with 20 fails the Job at once', () => {
    const [rule] = runWith(Delivery.none()).workerJob().spec.podFailurePolicy.rules;
    const onExitCodes = {
      containerName: ContainerName.WORKER,
      operator: 'In',
      values: [ExitCode.TOO_MANY_DEAD_LETTERS],
    };
    expect(rule).toEqual({ action: 'FailJob', onExitCodes });
  });

  test.each<[string, Partial<CoarseWorkerJobProps>]>([
    ['an argument of the program', { program: Program.command('cat', Program.ITEM_FILE) }],
    ['variable A', { envVariables: { A: EnvValue.fromValue(Program.ITEM_FILE) } }],
  ])('%s cannot contain Program.ITEM_FILE', (place, worker) => {
    expect(() => runWith(Delivery.none(), worker)).toThrow(
      `${place} contains Program.ITEM_FILE, but with Delivery.none() the program itself takes the item from the queue`,
    );
  });
});

test('what is not a delivery is an error that says what to write', () => {
  const delivery = 'none' as unknown as Delivery;
  expect(() => runWith(delivery)).toThrow('delivery is "none"');
  expect(() => runWith(delivery)).toThrow('Delivery.none()');
});
