import { Secret } from 'cdk8s-plus-28';
import { BrokerVolume } from '../../../lib/contract/broker-secrets';
import { EnvName } from '../../../lib/contract/environment';
import { Label } from '../../../lib/contract/labels';
import { MountPath } from '../../../lib/contract/mount-paths';
import {
  CoarseWorkerJob,
  type ExistingRabbitMQProps,
  type IBroker,
  Network,
  Program,
  QueueSeeder,
  RabbitMQ,
  Trust,
  WorkItems,
} from '../../../lib/index';
import { type Json, newChart, SynthesizedRun } from '../../../tools/synthesized-run';

/** The environment of the seeder and of the courier with an existing broker, and all objects. */
function over(make: (chart: ReturnType<typeof newChart>) => IBroker) {
  const chart = newChart({ namespace: 'research' });
  const broker = make(chart);
  const queue = new QueueSeeder(chart, 'fruits', { broker, items: WorkItems.list(['apple']) });
  new CoarseWorkerJob(chart, 'eat', { queue, image: 'busybox:1.37', program: Program.command('cat') });
  const objects: Json[] = chart.toJson();
  const [seeder, worker] = objects.filter(({ kind }) => kind === 'Job').map((job) => job.spec.template);
  const env: Json[] = seeder.spec.containers[0].env;
  const courierEnv: Json[] = worker.spec.containers[1].env;
  return { objects, seeder, worker, env, courierEnv, names: env.map(({ name }) => name) };
}

function existing(props: Omit<ExistingRabbitMQProps, 'secret'> = {}) {
  return over((chart) => {
    const secret = Secret.fromSecretName(chart, 'Secret', 'mq');
    return RabbitMQ.fromExisting(chart, 'mq', { secret, ...props });
  });
}

/** What Kubernetes expands in the address. */
const HOST = `$(${EnvName.BROKER_HOST})`;
const PORT = `$(${EnvName.BROKER_PORT})`;

const url = (env: Json[]) => value(env, EnvName.BROKER_URL);
const value = (env: Json[], variable: string) => env.find(({ name }) => name === variable)?.value;
const key = (env: Json[], variable: string) => env.find(({ name }) => name === variable)?.valueFrom.secretKeyRef;

/** The Secret of the credentials, and the keys that become the files `username` and `password`. */
function credentialKeys({ volumes }: Json): Record<string, string> {
  const { secret } = volumes.find(({ name }: Json) => name === BrokerVolume.CREDENTIALS);
  const files = secret.items.map((item: Json) => [item.path, item.key]);
  return { secretName: secret.secretName, ...Object.fromEntries(files) };
}

describe('an existing broker', () => {
  test('no objects are created for an existing broker', () => {
    const kinds = existing().objects.map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['ConfigMap', 'Job']));
  });

  test('host and port come from the Secret by default, with the keys of the Cluster Operator', () => {
    const { env, courierEnv } = existing();
    expect(url(env)).toBe(`amqp://${HOST}:${PORT}/`);
    expect(key(env, EnvName.BROKER_HOST)).toEqual({ name: 'mq', key: 'host' });
    expect(key(env, EnvName.BROKER_PORT)).toEqual({ name: 'mq', key: 'port' });
    expect(courierEnv).toEqual(expect.arrayContaining(env.filter(({ name }) => name.startsWith('BROKER_'))));
  });

  test('host and port come before the URL, so that Kubernetes expands them in it', () => {
    const { names } = existing();
    expect(names.indexOf(EnvName.BROKER_HOST)).toBeLessThan(names.indexOf(EnvName.BROKER_URL));
    expect(names.indexOf(EnvName.BROKER_PORT)).toBeLessThan(names.indexOf(EnvName.BROKER_URL));
  });

  test('with `host`, the port is 5672, and the Secret needs neither', () => {
    const { env, names } = existing({ host: 'rabbit.messaging.svc' });
    expect(url(env)).toBe('amqp://rabbit.messaging.svc:5672/');
    expect(names).not.toContain(EnvName.BROKER_HOST);
    expect(names).not.toContain(EnvName.BROKER_PORT);
  });

  test('`port` becomes the port of the URL', () => {
    expect(url(existing({ port: 5673 }).env)).toBe(`amqp://${HOST}:5673/`);
    expect(url(existing({ host: '10.1.2.3', port: 5673 }).env)).toBe('amqp://10.1.2.3:5673/');
  });

  test('seeder and courier get the user of the Secret as files', () => {
    const { seeder, worker, env } = existing();
    expect(value(env, EnvName.BROKER_CREDENTIALS_DIR)).toBe(MountPath.CREDENTIALS);
    for (const { spec } of [seeder, worker]) {
      expect(credentialKeys(spec)).toEqual({ secretName: 'mq', username: 'username', password: 'password' });
      const { volumeMounts } = spec.containers.at(-1);
      expect(volumeMounts).toContainEqual({
        name: BrokerVolume.CREDENTIALS,
        mountPath: MountPath.CREDENTIALS,
        readOnly: true,
      });
    }
  });

  test('other keys of the Secret lead to the same file names', () => {
    const { env, seeder } = existing({ hostKey: 'h', portKey: 'p', usernameKey: 'u', passwordKey: 'w' });
    expect([key(env, EnvName.BROKER_HOST).key, key(env, EnvName.BROKER_PORT).key]).toEqual(['h', 'p']);
    expect(credentialKeys(seeder.spec)).toEqual({ secretName: 'mq', username: 'u', password: 'w' });
  });

  test.each([
    ['/', ''],
    ['research', 'research'],
    ['a/b c', 'a%2Fb%20c'],
    ['$(HOME)', '%24(HOME)'],
  ])('the virtual host %j is %j in the URL', (virtualHost, path) => {
    expect(url(existing({ host: 'mq', virtualHost }).env)).toBe(`amqp://mq:5672/${path}`);
  });

  test.each(['', 'amqp://mq', 'mq:5672', 'm q', 'mq/', '-mq'])('the invalid host %j is an error', (host) => {
    expect(() => existing({ host })).toThrow(
      /^RabbitMQ.fromExisting 'test\/mq': host is ".*"; it is not a host name\. Give the name or/,
    );
  });

  test.each([0, -1, 65536, 5672.5, Number.NaN])('the invalid port %d is an error', (port) => {
    expect(() => existing({ port })).toThrow(/port is .*; it must be a whole number from 1 to 65535/);
  });

  test('`nodes` becomes the number of nodes that the seeder waits for, and one node is not waited for', () => {
    expect(value(existing({ host: 'mq-nodes', nodes: 3 }).env, EnvName.BROKER_NODES)).toBe('3');
    for (const nodes of [undefined, 1]) {
      expect(existing({ host: 'mq', nodes }).names).not.toContain(EnvName.BROKER_NODES);
    }
  });

  test.each([0, -3, 1.5, Number.NaN])('the invalid number of nodes %d is an error', (nodes) => {
    expect(() => existing({ host: 'mq', nodes })).toThrow(/nodes is .*; it must be a whole number from 1 to/);
  });

  test('an empty virtual host is an error', () => {
    expect(() => existing({ virtualHost: '' })).toThrow(/virtualHost is ""; it cannot be the name of a virtual host/);
  });
});

describe('an existing broker with TLS', () => {
  const tls = Trust.publicAuthorities();

  test.each<[Omit<ExistingRabbitMQProps, 'secret'>, string]>([
    [{ host: 'mq' }, 'amqps://mq:5671/'],
    [{ host: 'mq', port: 15671 }, 'amqps://mq:15671/'],
    [{ port: 15671, virtualHost: 'research' }, `amqps://${HOST}:15671/research`],
    [{}, `amqps://${HOST}:${PORT}/`],
  ])('with TLS, the properties %j lead to the URL %s', (props, address) => {
    const { env, courierEnv } = existing({ ...props, tls });
    expect(url(env)).toBe(address);
    expect(url(courierEnv)).toBe(address);
  });

  test('`serverName` becomes the name for the certificate, which is otherwise the host', () => {
    expect(existing({ host: 'mq', tls }).names).not.toContain(EnvName.BROKER_SERVER_NAME);
    const { env, courierEnv } = existing({ host: '10.1.2.3', tls, serverName: 'mq.example.com' });
    for (const each of [env, courierEnv]) expect(value(each, EnvName.BROKER_SERVER_NAME)).toBe('mq.example.com');
  });

  test.each(['', 'amqps://mq', 'mq:5671', '*.example.com'])('the invalid server name %j is an error', (serverName) => {
    expect(() => existing({ tls, serverName })).toThrow(
      /^RabbitMQ.fromExisting 'test\/mq': serverName is ".*"; it is not a host name/,
    );
  });

  test('without TLS, clients get no authorities', () => {
    const { names, seeder } = existing({ host: 'mq' });
    expect(names).not.toContain(EnvName.BROKER_CA_FILE);
    expect(seeder.spec.volumes.map(({ name }: Json) => name)).not.toContain(BrokerVolume.AUTHORITIES);
  });
});

describe('an existing broker with a NetworkPolicy', () => {
  test('seeders and workers carry the `clientLabels` of an existing broker', () => {
    const clientLabels = { 'example.com/may-use': 'mq' };
    const { seeder, worker } = existing({ clientLabels });
    for (const { metadata } of [seeder, worker]) expect(metadata.labels).toMatchObject(clientLabels);
  });

  test('the `clientLabels` of a RabbitMQ in another chart make its policies apply to the clients', () => {
    const other = new SynthesizedRun({}, newChart({ namespace: 'messaging' }));
    const { seeder, worker } = existing({ host: 'rabbitmq.messaging.svc', clientLabels: other.broker.clientLabels });
    const { [Label.BROKER]: broker, [Label.NETWORK]: network } = other.workerJob().spec.template.metadata.labels;
    expect([broker, network]).toEqual([expect.any(String), Network.RESTRICTED]);
    for (const { metadata } of [seeder, worker]) {
      expect(metadata.labels).toMatchObject({ [Label.BROKER]: broker, [Label.NETWORK]: network });
    }
  });

  test('without `clientLabels`, the pods carry no labels for a NetworkPolicy', () => {
    for (const { metadata } of [existing().seeder, existing().worker]) {
      for (const label of [Label.BROKER, Label.NETWORK]) expect(metadata.labels).not.toHaveProperty([label]);
    }
  });
});

describe('a broker of the Cluster Operator', () => {
  test('host, port and user come from the Secret of the Cluster Operator', () => {
    const { env, seeder } = over((chart) =>
      RabbitMQ.fromClusterOperator(chart, 'mq', 'rabbit', { virtualHost: 'research' }),
    );
    expect(url(env)).toBe(`amqp://${HOST}:${PORT}/research`);
    for (const [variable, name] of Object.entries({ [EnvName.BROKER_HOST]: 'host', [EnvName.BROKER_PORT]: 'port' })) {
      expect(key(env, variable)).toEqual({ name: 'rabbit-default-user', key: name });
    }
    const { secretName, username, password } = credentialKeys(seeder.spec);
    expect([secretName, username, password]).toEqual(['rabbit-default-user', 'username', 'password']);
  });

  test('with TLS, the port comes from the Secret of the Cluster Operator too', () => {
    const tls = Trust.publicAuthorities();
    const { env } = over((chart) => RabbitMQ.fromClusterOperator(chart, 'mq', 'rabbit', { tls }));
    expect(url(env)).toBe(`amqps://${HOST}:${PORT}/`);
  });

  test('an invalid name or virtual host for `fromClusterOperator` is an error', () => {
    expect(() => over((chart) => RabbitMQ.fromClusterOperator(chart, 'mq', 'Rabbit!'))).toThrow(/name is "Rabbit!"/);
    expect(() => over((chart) => RabbitMQ.fromClusterOperator(chart, 'mq', 'rabbit', { virtualHost: '' }))).toThrow(
      /^RabbitMQ\.fromClusterOperator 'mq': virtualHost is ""/,
    );
  });
});
