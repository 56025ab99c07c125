import { Secret } from 'cdk8s-plus-28';
import {
  CoarseWorkerJob,
  type ExistingRabbitMQProps,
  type IBroker,
  Program,
  QueueSeeder,
  RabbitMQ,
  WorkItems,
} from '../../lib';
import { type Json, newChart } from '../support/synth';

/** The environment of the seeder and of the courier over a broker that is there, and all objects. */
function over(make: (chart: ReturnType<typeof newChart>) => IBroker) {
  const chart = newChart({ namespace: 'research' });
  const broker = make(chart);
  const queue = new QueueSeeder(chart, 'fruits', { broker, items: WorkItems.list(['apple']) });
  new CoarseWorkerJob(chart, 'eat', { queue, image: 'busybox:1.37', program: Program.command('cat') });
  const objects: Json[] = chart.toJson();
  const [seeder, worker] = objects.filter(({ kind }) => kind === 'Job').map((job) => job.spec.template.spec.containers);
  const env: Json[] = seeder[0].env;
  return { objects, env, courierEnv: worker[1].env as Json[], names: env.map(({ name }) => name) };
}

function existing(props: Omit<ExistingRabbitMQProps, 'secret'> = {}) {
  return over((chart) => {
    const secret = Secret.fromSecretName(chart, 'Secret', 'mq');
    return RabbitMQ.fromExisting(chart, 'mq', { secret, ...props });
  });
}

const url = (env: Json[]) => env.find(({ name }) => name === 'BROKER_URL').value;
const key = (env: Json[], variable: string) => env.find(({ name }) => name === variable)?.valueFrom.secretKeyRef;

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
    expect(key(env, 'BROKER_USERNAME')).toEqual({ name: 'mq', key: 'username' });
    expect(key(env, 'BROKER_PASSWORD')).toEqual({ name: 'mq', key: 'password' });
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

  test('may have other keys', () => {
    const { env } = existing({ hostKey: 'h', portKey: 'p', usernameKey: 'u', passwordKey: 'w' });
    const keys = ['HOST', 'PORT', 'USERNAME', 'PASSWORD'].map((name) => key(env, `BROKER_${name}`).key);
    expect(keys).toEqual(['h', 'p', 'u', 'w']);
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

describe('a broker of the Cluster Operator', () => {
  test('is found by the Secret that the operator makes', () => {
    const { env } = over((chart) => RabbitMQ.fromClusterOperator(chart, 'mq', 'rabbit', { virtualHost: 'research' }));
    expect(url(env)).toBe('amqp://$(BROKER_HOST):$(BROKER_PORT)/research');
    for (const [variable, name] of Object.entries({ HOST: 'host', PORT: 'port', USERNAME: 'username' })) {
      expect(key(env, `BROKER_${variable}`)).toEqual({ name: 'rabbit-default-user', key: name });
    }
  });

  test('has the name of a Kubernetes object', () => {
    expect(() => over((chart) => RabbitMQ.fromClusterOperator(chart, 'mq', 'Rabbit!'))).toThrow(/name is "Rabbit!"/);
  });
});
