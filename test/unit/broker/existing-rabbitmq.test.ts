import { Secret } from 'cdk8s-plus-28';
import {
  CoarseWorkerJob,
  type ExistingRabbitMQProps,
  type IBroker,
  Program,
  QueueSeeder,
  RabbitMQ,
  Trust,
  WorkItems,
} from '../../../lib/index';
import { type Json, newChart, SynthesizedRun } from '../../../tools/synthesized-run';

/** The environment of the seeder and of the courier over a broker that is there, and all objects. */
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

const url = (env: Json[]) => value(env, 'BROKER_URL');
const value = (env: Json[], variable: string) => env.find(({ name }) => name === variable)?.value;
const key = (env: Json[], variable: string) => env.find(({ name }) => name === variable)?.valueFrom.secretKeyRef;

/** The Secret of the credentials, and the keys that become the files `username` and `password`. */
function credentialKeys({ volumes }: Json): Record<string, string> {
  const { secret } = volumes.find(({ name }: Json) => name === 'work-queue-credentials');
  const files = secret.items.map((item: Json) => [item.path, item.key]);
  return { secretName: secret.secretName, ...Object.fromEntries(files) };
}

describe('an existing broker', () => {
  test('has nothing made for it', () => {
    const kinds = existing().objects.map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['ConfigMap', 'Job']));
  });

  test('is found by what the Secret says, in keys as the Cluster Operator names them', () => {
    const { env, courierEnv } = existing();
    expect(url(env)).toBe('amqp://$(BROKER_HOST):$(BROKER_PORT)/');
    expect(key(env, 'BROKER_HOST')).toEqual({ name: 'mq', key: 'host' });
    expect(key(env, 'BROKER_PORT')).toEqual({ name: 'mq', key: 'port' });
    expect(courierEnv).toEqual(expect.arrayContaining(env.filter(({ name }) => name.startsWith('BROKER_'))));
  });

  test('has host and port in front of the address, or Kubernetes would not expand them in it', () => {
    const { names } = existing();
    expect(names.indexOf('BROKER_HOST')).toBeLessThan(names.indexOf('BROKER_URL'));
    expect(names.indexOf('BROKER_PORT')).toBeLessThan(names.indexOf('BROKER_URL'));
  });

  test('is found by the host that was given, on port 5672, and the Secret need not name one', () => {
    const { env, names } = existing({ host: 'rabbit.messaging.svc' });
    expect(url(env)).toBe('amqp://rabbit.messaging.svc:5672/');
    expect(names).not.toContain('BROKER_HOST');
    expect(names).not.toContain('BROKER_PORT');
  });

  test('is found on the port that was given', () => {
    expect(url(existing({ port: 5673 }).env)).toBe('amqp://$(BROKER_HOST):5673/');
    expect(url(existing({ host: '10.1.2.3', port: 5673 }).env)).toBe('amqp://10.1.2.3:5673/');
  });

  test('lets seeder and courier in by the user of the Secret, which they have as files', () => {
    const { seeder, worker, env } = existing();
    expect(value(env, 'BROKER_CREDENTIALS_DIR')).toBe('/opt/work-queue/credentials');
    for (const { spec } of [seeder, worker]) {
      expect(credentialKeys(spec)).toEqual({ secretName: 'mq', username: 'username', password: 'password' });
      const { volumeMounts } = spec.containers.at(-1);
      expect(volumeMounts).toContainEqual({
        name: 'work-queue-credentials',
        mountPath: '/opt/work-queue/credentials',
        readOnly: true,
      });
    }
  });

  test('may have other keys: the files have the same names', () => {
    const { env, seeder } = existing({ hostKey: 'h', portKey: 'p', usernameKey: 'u', passwordKey: 'w' });
    expect([key(env, 'BROKER_HOST').key, key(env, 'BROKER_PORT').key]).toEqual(['h', 'p']);
    expect(credentialKeys(seeder.spec)).toEqual({ secretName: 'mq', username: 'u', password: 'w' });
  });

  test.each([
    ['/', ''],
    ['research', 'research'],
    ['a/b c', 'a%2Fb%20c'],
    ['$(HOME)', '%24(HOME)'],
  ])('has the virtual host %j in its address as %j', (virtualHost, path) => {
    expect(url(existing({ host: 'mq', virtualHost }).env)).toBe(`amqp://mq:5672/${path}`);
  });

  test.each(['', 'amqp://mq', 'mq:5672', 'm q', 'mq/', '-mq'])('cannot have the host %j', (host) => {
    expect(() => existing({ host })).toThrow(
      /^RabbitMQ.fromExisting 'test\/mq': host is ".*"; it is no name of a host\. Give the name or/,
    );
  });

  test.each([0, -1, 65536, 5672.5, Number.NaN])('cannot have the port %d', (port) => {
    expect(() => existing({ port })).toThrow(/port is .*; it must be a whole number from 1 to 65535/);
  });

  test('cannot have a virtual host without a name', () => {
    expect(() => existing({ virtualHost: '' })).toThrow(/virtualHost is ""; it cannot be the name of a virtual host/);
  });
});

describe('an existing broker over TLS', () => {
  const tls = Trust.publicAuthorities();

  test.each<[Omit<ExistingRabbitMQProps, 'secret'>, string]>([
    [{ host: 'mq' }, 'amqps://mq:5671/'],
    [{ host: 'mq', port: 15671 }, 'amqps://mq:15671/'],
    [{ port: 15671, virtualHost: 'research' }, 'amqps://$(BROKER_HOST):15671/research'],
    [{}, 'amqps://$(BROKER_HOST):$(BROKER_PORT)/'],
  ])('with %j is found at %s', (props, address) => {
    const { env, courierEnv } = existing({ ...props, tls });
    expect(url(env)).toBe(address);
    expect(url(courierEnv)).toBe(address);
  });

  test('has a certificate for its host, unless another name is given', () => {
    expect(existing({ host: 'mq', tls }).names).not.toContain('BROKER_SERVER_NAME');
    const { env, courierEnv } = existing({ host: '10.1.2.3', tls, serverName: 'mq.example.com' });
    for (const each of [env, courierEnv]) expect(value(each, 'BROKER_SERVER_NAME')).toBe('mq.example.com');
  });

  test.each(['', 'amqps://mq', 'mq:5671', '*.example.com'])('cannot have the server name %j', (serverName) => {
    expect(() => existing({ tls, serverName })).toThrow(
      /^RabbitMQ.fromExisting 'test\/mq': serverName is ".*"; it is no name of a host/,
    );
  });

  test('needs no authorities where there is no TLS', () => {
    const { names, seeder } = existing({ host: 'mq' });
    expect(names).not.toContain('BROKER_CA_FILE');
    expect(seeder.spec.volumes.map(({ name }: Json) => name)).not.toContain('work-queue-authorities');
  });
});

describe('an existing broker behind a network policy', () => {
  test('lets in pods that have the labels which it asks for', () => {
    const clientLabels = { 'example.com/may-use': 'mq' };
    const { seeder, worker } = existing({ clientLabels });
    for (const { metadata } of [seeder, worker]) expect(metadata.labels).toMatchObject(clientLabels);
  });

  test('may be one of this package in another chart: its own policy then says what its clients may reach', () => {
    const other = new SynthesizedRun({}, newChart({ namespace: 'messaging' }));
    const { seeder, worker } = existing({ host: 'rabbitmq.messaging.svc', clientLabels: other.broker.clientLabels });
    const labels = other.seederJob().spec.template.metadata.labels;
    for (const key of Object.keys(labels).filter((each) => each.startsWith('cdk8s-work-queue/'))) {
      for (const { metadata } of [seeder, worker]) expect(metadata.labels[key]).toBe(labels[key]);
    }
  });

  test('needs none where none are given', () => {
    for (const { metadata } of [existing().seeder, existing().worker]) {
      expect(Object.keys(metadata.labels)).toEqual(['cdk8s.io/metadata.addr']);
    }
  });
});

describe('a broker of the Cluster Operator', () => {
  test('is found by the Secret that the operator makes', () => {
    const { env, seeder } = over((chart) =>
      RabbitMQ.fromClusterOperator(chart, 'mq', 'rabbit', { virtualHost: 'research' }),
    );
    expect(url(env)).toBe('amqp://$(BROKER_HOST):$(BROKER_PORT)/research');
    for (const [variable, name] of Object.entries({ HOST: 'host', PORT: 'port' })) {
      expect(key(env, `BROKER_${variable}`)).toEqual({ name: 'rabbit-default-user', key: name });
    }
    const { secretName, username, password } = credentialKeys(seeder.spec);
    expect([secretName, username, password]).toEqual(['rabbit-default-user', 'username', 'password']);
  });

  test('may be reached by TLS, on the port that the operator then has in the Secret', () => {
    const tls = Trust.publicAuthorities();
    const { env } = over((chart) => RabbitMQ.fromClusterOperator(chart, 'mq', 'rabbit', { tls }));
    expect(url(env)).toBe('amqps://$(BROKER_HOST):$(BROKER_PORT)/');
  });

  test('has the name of a Kubernetes object', () => {
    expect(() => over((chart) => RabbitMQ.fromClusterOperator(chart, 'mq', 'Rabbit!'))).toThrow(/name is "Rabbit!"/);
    expect(() => over((chart) => RabbitMQ.fromClusterOperator(chart, 'mq', 'rabbit', { virtualHost: '' }))).toThrow(
      /^RabbitMQ\.fromClusterOperator 'mq': virtualHost is ""/,
    );
  });
});
