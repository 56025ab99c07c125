import { App, Chart, Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { RabbitMQFile } from '../../../lib/contract/broker-secrets';
import { ContainerName } from '../../../lib/contract/containers';
import { EnvName } from '../../../lib/contract/environment';
import { holdSeconds } from '../../../lib/contract/limits';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, type RabbitMQProps, WorkItems } from '../../../lib/index';
import { env, type Json, SynthesizedRun } from '../../../tools/synthesized-run';
import { brokerOf, settingsOf } from '../../support/broker-of';

const memory = (limit: Size): RabbitMQProps => ({ resources: { memory: { limit } } });

describe('the memory alarm', () => {
  test.each([
    [Size.mebibytes(256), 256],
    [Size.gibibytes(1), 1024],
    [Size.gibibytes(5), 5120],
  ])('the memory alarm is at 60 %% of the memory limit: %s', (limit, mebibytes) => {
    const { 'vm_memory_high_watermark.absolute': watermark } = brokerOf(memory(limit)).settings;
    expect(watermark).toBe(String(Math.floor(mebibytes * 2 ** 20 * 0.6)));
  });

  test('the memory alarm follows the default memory limit', () => {
    const { server, settings } = brokerOf();
    expect(server.resources).toEqual({ requests: { cpu: '100m', memory: '512Mi' }, limits: { memory: '1Gi' } });
    expect(settings['vm_memory_high_watermark.absolute']).toBe('644245094');
  });

  test('without a memory limit, RabbitMQ decides on the memory alarm', () => {
    const { settings } = brokerOf({ resources: { cpu: { request: Cpu.units(1) } } });
    expect(Object.keys(settings).filter((key) => key.startsWith('vm_memory'))).toEqual([]);
  });

  test('a memory limit below 256 MiB is an error', () => {
    expect(() => brokerOf(memory(Size.mebibytes(255)))).toThrow(
      "RabbitMQ 'test/rabbitmq': resources.memory.limit is 255Mi; it must be at least 256Mi. RabbitMQ itself uses half of that.",
    );
  });
});

describe('the disk alarm', () => {
  test.each([
    [Size.mebibytes(512), 512],
    [Size.gibibytes(1), 1024],
    [Size.gibibytes(20), 20 * 1024],
  ])('the disk alarm is at a fifth of the volume: %s', (storage, mebibytes) => {
    const { 'disk_free_limit.absolute': limit } = brokerOf({ storage }).settings;
    expect(limit).toBe(String(Math.floor((mebibytes * 2 ** 20) / 5)));
  });

  test('the disk alarm leaves space for three write-ahead logs on the default volume', () => {
    const { settings } = brokerOf();
    expect(Number(settings['disk_free_limit.absolute'])).toBeGreaterThan(
      3 * Number(settings['raft.wal_max_size_bytes']),
    );
  });

  test('a volume below 512 MiB is an error', () => {
    expect(() => brokerOf({ storage: Size.mebibytes(511) })).toThrow(
      "RabbitMQ 'test/rabbitmq': storage is 511Mi; it must be at least 512Mi. The write-ahead log",
    );
  });
});

describe('the consumer timeout', () => {
  const timeout = (objects: Json[]) => Number(settingsOf(objects).consumer_timeout);
  /** Three times ten days, which is more than the two weeks that a queue allows by default. */
  const long = { itemTimeout: Duration.days(10), maxAttempts: 3 };
  const needs = holdSeconds(3, 864_000, 30);

  test('the consumer timeout is the default of RabbitMQ without queues, and two weeks with a queue', () => {
    expect(brokerOf().settings.consumer_timeout).toBe('1800000');
    expect(timeout(new SynthesizedRun().objects())).toBe(1_209_600_000);
  });

  test('the consumer timeout covers the longest work on an item, even of workers that are added later', () => {
    const run = new SynthesizedRun({ worker: long });
    expect(timeout(run.objects())).toBe(needs * 1000);
    expect(env(run.seederJob(), ContainerName.SEEDER)[EnvName.CONSUMER_TIMEOUT_SECONDS]).toBe(String(needs));
  });

  test('the consumer timeout is that of the most demanding queue', () => {
    const run = new SynthesizedRun({ worker: { itemTimeout: Duration.days(20), maxAttempts: 1 } });
    const items = WorkItems.list(['nut']);
    const queue = new QueueSeeder(run.chart, 'nuts', { broker: run.broker, items });
    new CoarseWorkerJob(run.chart, 'crack', { queue, image: 'x:1', program: Program.command('cat'), ...long });
    const ofQueues = [run.queue.name, queue.name].map((name) =>
      Number(env(run.named('Job', name), ContainerName.SEEDER)[EnvName.CONSUMER_TIMEOUT_SECONDS]),
    );
    expect(ofQueues).toEqual([1_728_150, needs]);
    expect(timeout(run.objects())).toBe(needs * 1000);
  });

  test('the consumer timeout follows queues and workers of other charts, and a change restarts the broker', () => {
    const app = new App();
    const brokers = new Chart(app, 'brokers', { namespace: 'a' });
    const broker = new RabbitMQ(brokers, 'rabbitmq');
    const queues = new Chart(app, 'queues', { namespace: 'a' });
    const queue = new QueueSeeder(queues, 'queue', { broker, items: WorkItems.list(['apple']) });
    queue.attachWorker({ holdItems: Duration.seconds(1) });
    const configName = () => {
      const { spec } = (brokers.toJson() as Json[]).find(({ kind }) => kind === 'StatefulSet');
      return spec.template.spec.volumes.find(({ name }: Json) => name === 'config').configMap.name;
    };
    const before = configName();
    expect(timeout(brokers.toJson())).toBe(1_209_600_000);
    const last = new Chart(app, 'last', { namespace: 'a' });
    new CoarseWorkerJob(last, 'eat', { queue, image: 'x:1', program: Program.command('cat'), ...long });
    expect(timeout(brokers.toJson())).toBe(needs * 1000);
    expect(configName()).not.toBe(before);
  });

  test('a queue changes the consumer timeout of its broker only', () => {
    const run = new SynthesizedRun({ worker: long });
    const other = new Chart(new App(), 'other');
    new RabbitMQ(other, 'rabbitmq');
    expect(timeout(other.toJson())).toBe(1_800_000);
    expect(timeout(run.objects())).toBe(needs * 1000);
  });
});

describe('rabbitmq.conf', () => {
  test('rabbitmq.conf loads the definitions of the users from where they are prepared', () => {
    const { pod, settings } = brokerOf();
    const home = pod.initContainers[0].env.find(({ name }: Json) => name === EnvName.RABBITMQ_HOME).value;
    expect(settings).toMatchObject({
      'definitions.import_backend': 'local_filesystem',
      'definitions.local.path': `${home}/${RabbitMQFile.DEFINITIONS}`,
    });
  });

  test('rabbitmq.conf accepts messages of 16 MiB, one for each item, in frames of 128 KiB', () => {
    expect(brokerOf().settings).toMatchObject({ max_message_size: '16777216', frame_max: '131072' });
  });

  test('`config` overrides the settings of this package', () => {
    const config = { 'disk_free_limit.absolute': '2GB', consumer_timeout: '99', channel_max: '7' };
    const { settings, one } = brokerOf({ config });
    expect(settings).toMatchObject(config);
    const { data } = one('ConfigMap').find((object) => object.data?.['90-work-queue.conf']);
    const keys = [...data['90-work-queue.conf'].matchAll(/^(\S+) = /gm)].map(([, key]) => key);
    expect(keys.length).toBe(new Set(keys).size);
    expect(keys).toContain('disk_free_limit.absolute');
  });

  test.each(['vm_memory_high_watermark', 'disk_free_limit'])(
    'a %s of `config` replaces that of this package',
    (limit) => {
      const { settings } = brokerOf({ config: { [`${limit}.relative`]: '0.7' } });
      expect(settings).toMatchObject({ [`${limit}.relative`]: '0.7' });
      expect(settings).not.toHaveProperty([`${limit}.absolute`]);
      expect(brokerOf().settings).toHaveProperty([`${limit}.absolute`]);
    },
  );

  test('rabbitmq.conf lets users log in with a password, by one mechanism', () => {
    const mechanisms = Object.entries(brokerOf().settings).filter(([key]) => key.startsWith('auth_mechanisms'));
    expect(mechanisms).toEqual([['auth_mechanisms.1', 'PLAIN']]);
  });

  test('`auth_mechanisms.*` of `config` replace the list of this package', () => {
    const { settings } = brokerOf({ config: { 'auth_mechanisms.2': 'EXTERNAL' } });
    expect(settings).not.toHaveProperty(['auth_mechanisms.1']);
    expect(settings['auth_mechanisms.2']).toBe('EXTERNAL');
  });

  test.each(['a b', 'a=b', '', 'a\nb', '#a', 'ä'])('`config` cannot have the key %j', (key) => {
    expect(() => brokerOf({ config: { [key]: '1' } })).toThrow(
      /^RabbitMQ 'test\/rabbitmq': config is \{.*"1"\}; it cannot be a line of rabbitmq\.conf\. A key must not contain spaces/,
    );
  });

  test.each(['', 'a\nb', 'a\rb', 'loopback_users = none\n'])('`config` cannot have the value %j', (value) => {
    expect(() => brokerOf({ config: { channel_max: value } })).toThrow(
      /config is \{"channel_max":.*; it cannot be a line of rabbitmq\.conf\. .* a value must be one line that is not empty/,
    );
  });

  test.each(['num_acceptors.tcp', 'log.file.level', 'auth_ldap.dn', 'a-b', 'ssl_options.versions.$x', 'A:b@c'])(
    '`config` can have the key %s',
    (key) => {
      expect(brokerOf({ config: { [key]: 'x y = z' } }).one('ConfigMap')).toContainEqual(
        expect.objectContaining({
          data: expect.objectContaining({ '90-work-queue.conf': expect.stringContaining(`\n${key} = x y = z\n`) }),
        }),
      );
    },
  );

  test.each([
    [
      'listeners.tcp',
      /config is \{"listeners\.tcp":"x"\}; it cannot be set here, because other objects of the broker depend on listeners\.\*\. Set the ports with tls/,
    ],
    ['listeners.ssl.default', /because other objects of the broker depend on listeners\.\*\./],
    ['definitions.local.path', /depend on definitions\.\*.* Set the user with credentials/],
    [
      'load_definitions',
      /because other objects of the broker depend on load_definitions\. Set the user with credentials/,
    ],
    [
      'cluster_formation.peer_discovery_backend',
      /depend on cluster_formation\.\*.* Set the number of nodes with replicas/,
    ],
  ])('`config` cannot set a key on which other objects depend: %s', (key, message) => {
    expect(() => brokerOf({ config: { [key]: 'x' } })).toThrow(message);
  });

  test('`max_message_size` is at most 512 MiB, because with more the server does not start', () => {
    const sized = (bytes: string) => brokerOf({ config: { max_message_size: bytes } });
    expect(sized('536870912').broker.maxMessageSize?.toMebibytes()).toBe(512);
    expect(() => sized('536870913')).toThrow(
      /config is \{"max_message_size":"536870913"\}; it must be a whole number of bytes from 1 to 536870912\. Write it/,
    );
  });
});

test('the settings of `config` are in the same order, and so the ConfigMap has the same name, in whatever order they came', () => {
  const [one, other] = [
    { 'log.console.level': 'debug', channel_max: '1', heartbeat: '30' },
    { heartbeat: '30', channel_max: '1', 'log.console.level': 'debug' },
  ].map((config) => brokerOf({ config }));
  expect(Object.keys(one.settings).slice(-2)).toEqual(['heartbeat', 'log.console.level']);
  expect(other.objects).toEqual(one.objects);
});
