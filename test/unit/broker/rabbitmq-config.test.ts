import { App, Chart, Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, type RabbitMQProps, WorkItems } from '../../../lib/index';
import { env, type Json, SynthesizedRun } from '../../../tools/synthesized-run';
import { brokerOf, settingsOf } from '../../support/broker-of';

const memory = (limit: Size): RabbitMQProps => ({ resources: { memory: { limit } } });

describe('the memory alarm', () => {
  test.each([
    [Size.mebibytes(256), 256],
    [Size.gibibytes(1), 1024],
    [Size.gibibytes(5), 5120],
  ])('comes at 60 %% of the memory limit: %s', (limit, mebibytes) => {
    const { 'vm_memory_high_watermark.absolute': watermark } = brokerOf(memory(limit)).settings;
    expect(watermark).toBe(String(Math.floor(mebibytes * 2 ** 20 * 0.6)));
  });

  test('is for the memory limit that a broker has without being told', () => {
    const { server, settings } = brokerOf();
    expect(server.resources).toEqual({ requests: { cpu: '100m', memory: '512Mi' }, limits: { memory: '1Gi' } });
    expect(settings['vm_memory_high_watermark.absolute']).toBe('644245094');
  });

  test('is left to RabbitMQ where there is no memory limit', () => {
    const { settings } = brokerOf({ resources: { cpu: { request: Cpu.units(1) } } });
    expect(Object.keys(settings).filter((key) => key.startsWith('vm_memory'))).toEqual([]);
  });

  test('would be there from the start with less than 256 MiB: an error', () => {
    expect(() => brokerOf(memory(Size.mebibytes(255)))).toThrow(
      "RabbitMQ 'test/rabbitmq': resources.memory.limit is 255Mi; it must be at least 256Mi. RabbitMQ itself takes half.",
    );
  });
});

describe('the disk alarm', () => {
  test.each([
    [Size.mebibytes(512), 512],
    [Size.gibibytes(1), 1024],
    [Size.gibibytes(20), 20 * 1024],
  ])('comes with less than a fifth of the volume free: %s', (storage, mebibytes) => {
    const { 'disk_free_limit.absolute': limit } = brokerOf({ storage }).settings;
    expect(limit).toBe(String(Math.floor((mebibytes * 2 ** 20) / 5)));
  });

  test('comes on the default volume when there is no room left for three write-ahead logs', () => {
    const { settings } = brokerOf();
    expect(Number(settings['disk_free_limit.absolute'])).toBeGreaterThan(
      3 * Number(settings['raft.wal_max_size_bytes']),
    );
  });

  test('would come too early with less than 512 MiB: an error', () => {
    expect(() => brokerOf({ storage: Size.mebibytes(511) })).toThrow(
      "RabbitMQ 'test/rabbitmq': storage is 511Mi; it must be at least 512Mi. The write-ahead log",
    );
  });
});

describe('the consumer timeout', () => {
  const timeout = (objects: Json[]) => Number(settingsOf(objects).consumer_timeout);
  /** Ten days, three times: more than the two weeks that a queue allows by itself. */
  const long = { itemTimeout: Duration.days(10), maxAttempts: 3 };
  const needs = 3 * (864_000 + 30 + 120);

  test("is RabbitMQ's own without queues, and the two weeks of a queue with one", () => {
    expect(brokerOf().settings.consumer_timeout).toBe('1800000');
    expect(timeout(new SynthesizedRun().objects())).toBe(1_209_600_000);
  });

  test('is as long as the longest work on an item, of workers that come after the broker', () => {
    const run = new SynthesizedRun({ worker: long });
    expect(timeout(run.objects())).toBe(needs * 1000);
    expect(env(run.seederJob(), 'seeder').CONSUMER_TIMEOUT_SECONDS).toBe(String(needs));
  });

  test('is that of the most demanding queue', () => {
    const run = new SynthesizedRun({ worker: { itemTimeout: Duration.days(20), maxAttempts: 1 } });
    const items = WorkItems.list(['nut']);
    const queue = new QueueSeeder(run.chart, 'nuts', { broker: run.broker, items });
    new CoarseWorkerJob(run.chart, 'crack', { queue, image: 'x:1', program: Program.command('cat'), ...long });
    const ofQueues = [run.queue.name, queue.name].map((name) =>
      Number(env(run.named('Job', name), 'seeder').CONSUMER_TIMEOUT_SECONDS),
    );
    expect(ofQueues).toEqual([1_728_150, needs]);
    expect(timeout(run.objects())).toBe(needs * 1000);
  });

  test('follows queues and workers of other charts, and the broker restarts with it', () => {
    const app = new App();
    const theirs = new Chart(app, 'theirs', { namespace: 'a' });
    const broker = new RabbitMQ(theirs, 'rabbitmq');
    const ours = new Chart(app, 'ours', { namespace: 'a' });
    const queue = new QueueSeeder(ours, 'queue', { broker, items: WorkItems.list(['apple']) });
    const configName = () => {
      const { spec } = (theirs.toJson() as Json[]).find(({ kind }) => kind === 'StatefulSet');
      return spec.template.spec.volumes.find(({ name }: Json) => name === 'config').configMap.name;
    };
    const before = configName();
    expect(timeout(theirs.toJson())).toBe(1_209_600_000);
    const last = new Chart(app, 'last', { namespace: 'a' });
    new CoarseWorkerJob(last, 'eat', { queue, image: 'x:1', program: Program.command('cat'), ...long });
    expect(timeout(theirs.toJson())).toBe(needs * 1000);
    expect(configName()).not.toBe(before);
  });

  test('is of the broker that has the queue, and of no other', () => {
    const run = new SynthesizedRun({ worker: long });
    const other = new Chart(new App(), 'other');
    new RabbitMQ(other, 'rabbitmq');
    expect(timeout(other.toJson())).toBe(1_800_000);
    expect(timeout(run.objects())).toBe(needs * 1000);
  });
});

describe('rabbitmq.conf', () => {
  test('has the definitions of the users, where they are prepared', () => {
    const { pod, settings } = brokerOf();
    const home = pod.initContainers[0].env.find(({ name }: Json) => name === 'RABBITMQ_HOME').value;
    expect(settings).toMatchObject({
      'definitions.import_backend': 'local_filesystem',
      'definitions.local.path': `${home}/definitions.json`,
    });
  });

  test('takes messages of 16 MiB, of which an item needs one, in frames of 128 KiB', () => {
    expect(brokerOf().settings).toMatchObject({ max_message_size: '16777216', frame_max: '131072' });
  });

  test('has your settings over those of this package', () => {
    const config = { 'disk_free_limit.absolute': '2GB', consumer_timeout: '99', channel_max: '7' };
    const { settings, one } = brokerOf({ config });
    expect(settings).toMatchObject(config);
    const { data } = one('ConfigMap').find((object) => object.data?.['90-work-queue.conf']);
    const keys = [...data['90-work-queue.conf'].matchAll(/^(\S+) = /gm)].map(([, key]) => key);
    expect(keys.length).toBe(new Set(keys).size);
    expect(keys).toContain('disk_free_limit.absolute');
  });

  test.each(['vm_memory_high_watermark', 'disk_free_limit'])('has no other %s than yours', (limit) => {
    const { settings } = brokerOf({ config: { [`${limit}.relative`]: '0.7' } });
    expect(settings).toMatchObject({ [`${limit}.relative`]: '0.7' });
    expect(settings).not.toHaveProperty([`${limit}.absolute`]);
    expect(brokerOf().settings).toHaveProperty([`${limit}.absolute`]);
  });

  test.each(['a b', 'a=b', '', 'a\nb', '#a', 'ä'])('cannot have the key %j', (key) => {
    expect(() => brokerOf({ config: { [key]: '1' } })).toThrow(
      /^RabbitMQ 'test\/rabbitmq': config is \{.*"1"\}; it cannot stand in rabbitmq\.conf\. A key has no spaces/,
    );
  });

  test.each(['', 'a\nb', 'a\rb', 'loopback_users = none\n'])('cannot have the value %j', (value) => {
    expect(() => brokerOf({ config: { channel_max: value } })).toThrow(
      /config is \{"channel_max":.*; it cannot stand in rabbitmq\.conf\. .* a value is one line and not empty/,
    );
  });

  test.each(['num_acceptors.tcp', 'log.file.level', 'auth_ldap.dn', 'a-b', 'ssl_options.versions.$x', 'A:b@c'])(
    'can have the key %s',
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
      /config is \{"listeners\.tcp":"x"\}; it is a setting of listeners\.\*, which .* Say by tls and plaintext/,
    ],
    ['listeners.ssl.default', /which the objects of the broker depend on/],
    ['definitions.local.path', /it is a setting of definitions\.\*.* Give the user by credentials/],
    ['load_definitions', /it is a setting, which the objects of the broker depend on\. Give the user by credentials/],
    ['cluster_formation.peer_discovery_backend', /it is a setting of cluster_formation\.\*.* Say by replicas/],
  ])('is not yours where other objects depend on it: %s', (key, message) => {
    expect(() => brokerOf({ config: { [key]: 'x' } })).toThrow(message);
  });

  test('can have messages of up to 512 MiB, with more the server would not start', () => {
    const sized = (bytes: string) => brokerOf({ config: { max_message_size: bytes } });
    expect(sized('536870912').broker.maxMessageSize?.toMebibytes()).toBe(512);
    expect(() => sized('536870913')).toThrow(
      /config is \{"max_message_size":"536870913"\}; it must be a whole number of bytes from 1 to 536870912\. Write it/,
    );
  });
});
