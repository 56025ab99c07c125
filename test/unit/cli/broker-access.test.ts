import { Secret } from 'cdk8s-plus-28';
import { brokerAddress, givenBrokerAddress } from '../../../cli/broker-access/broker-address';
import { brokerFacts } from '../../../cli/broker-access/broker-facts';
import { findBrokerPod } from '../../../cli/broker-access/broker-pod';
import { explainApiError, ForbiddenError, NotFoundError } from '../../../cli/kubernetes/api-error';
import type { Cluster } from '../../../cli/kubernetes/cluster';
import type { IBroker } from '../../../lib/index';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, Tls, Trust, WorkItems } from '../../../lib/index';
import { type Json, newChart, SynthesizedRun } from '../../../tools/synthesized-run';

/** The facts of the worker Job of a run over a broker. */
function factsOf(brokerOf: (chart: ReturnType<typeof newChart>) => IBroker) {
  const chart = newChart();
  const queue = new QueueSeeder(chart, 'fruits', { broker: brokerOf(chart), items: WorkItems.list(['apple']) });
  const job = new CoarseWorkerJob(chart, 'eat', { queue, image: 'busybox:1.37', program: Program.command('cat') });
  const found = chart.toJson().find(({ kind, metadata }) => kind === 'Job' && metadata.name === job.name);
  return brokerFacts(found, 'courier');
}

const secret = (chart: ReturnType<typeof newChart>) => Secret.fromSecretName(chart, 'secret', 'rabbit-user');

function clusterWith(objects: Partial<Record<'secret' | 'configMap' | 'service', Json>>, pods: Json[] = []): Cluster {
  const get = (kind: keyof typeof objects) => async (name: string) => {
    const found = objects[kind]?.[name];
    if (found instanceof Error) throw found;
    if (!found) throw new NotFoundError(`no ${kind} ${name}`);
    return found;
  };
  const one = { secret: get('secret'), configMap: get('configMap'), service: get('service') };
  return { namespace: 'research', pods: async () => pods, ...one } as unknown as Cluster;
}

const base64 = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));

const USER = { data: base64({ username: 'me\n', password: 's3cret' }) };

test('a broker of this package is reached by its Service, with the credentials of its Secret', async () => {
  const run = new SynthesizedRun();
  const facts = brokerFacts(run.workerJob(), 'courier');
  expect(facts).toEqual(brokerFacts(run.seederJob(), 'seeder'));
  const name = facts?.username.name ?? '';
  expect(name).toMatch(/-credentials$/);
  const address = await brokerAddress(clusterWith({ secret: { [name]: USER } }), facts as NonNullable<typeof facts>);
  expect(address).toMatchObject({
    host: expect.stringMatching(/^test-rabbitmq-nodes-/),
    port: 5672,
    virtualHost: '%2F',
    tls: false,
  });
  expect([address.credentials(), address.authorities()]).toEqual([{ username: 'me', password: 's3cret' }, undefined]);
});

test('an existing broker is reached by what its Secret says, under the keys that the manifest names', async () => {
  const facts = factsOf((chart) =>
    RabbitMQ.fromExisting(chart, 'rabbit', {
      ...{ secret: secret(chart), usernameKey: 'user', passwordKey: 'pass', virtualHost: 'a/b' },
    }),
  );
  const data = base64({ user: 'me', pass: 'x', host: '10.0.0.7\n', port: '5673' });
  const cluster = clusterWith({ secret: { 'rabbit-user': { data } } });
  const address = await brokerAddress(cluster, facts as NonNullable<typeof facts>);
  expect(address).toMatchObject({ host: '10.0.0.7', port: 5673, virtualHost: 'a%2Fb', serverName: '10.0.0.7' });
  expect(address.credentials()).toEqual({ username: 'me', password: 'x' });
});

test.each([
  [
    'a Secret',
    (chart: ReturnType<typeof newChart>) =>
      Trust.fromSecret(Secret.fromSecretName(chart, 'ca', 'authority'), 'root.pem'),
  ],
])('the authorities to trust are those of %s', async (_, trust) => {
  const facts = factsOf((chart) =>
    RabbitMQ.fromExisting(chart, 'rabbit', {
      ...{ secret: secret(chart), host: 'rabbit.prod.svc', serverName: 'broker.example.com', tls: trust(chart) },
    }),
  );
  const authority = { data: base64({ 'root.pem': 'PEM' }) };
  const cluster = clusterWith({ secret: { 'rabbit-user': USER, authority } });
  const address = await brokerAddress(cluster, facts as NonNullable<typeof facts>);
  expect(address).toMatchObject({ tls: true, port: 5671, host: 'rabbit.prod.svc', serverName: 'broker.example.com' });
  expect(address.authorities()?.toString()).toBe('PEM');
});

test('a broker of this package with TLS has the authority of its certificate', () => {
  const facts = factsOf(
    (chart) =>
      new RabbitMQ(chart, 'rabbitmq', { tls: Tls.fromSecret(Secret.fromSecretName(chart, 'tls', 'certificate')) }),
  );
  expect(facts?.authorities).toMatchObject({ kind: 'Secret', key: 'ca.crt' });
  expect(facts?.url).toMatch(/^amqps:/);
});

test('a Secret without a key is an error that names both', async () => {
  const facts = factsOf((chart) => RabbitMQ.fromExisting(chart, 'rabbit', { secret: secret(chart), host: 'rabbit' }));
  const cluster = clusterWith({ secret: { 'rabbit-user': { data: base64({ username: 'me' }) } } });
  await expect(brokerAddress(cluster, facts as NonNullable<typeof facts>)).rejects.toThrow(
    'Secret rabbit-user has no key password, which the pods of the run use.',
  );
});

describe('--broker-url', () => {
  const usual = async () => ({
    ...{ host: 'rabbit', port: 5671, virtualHost: 'research', tls: true, serverName: 'rabbit' },
    credentials: () => ({ username: 'me', password: 's3cret' }),
    authorities: () => Buffer.from('PEM'),
  });

  test('changes where the broker is, and leaves the rest', async () => {
    const address = await givenBrokerAddress('amqps://localhost:9999', usual);
    expect(address).toMatchObject({ host: 'localhost', port: 9999, virtualHost: 'research', serverName: 'rabbit' });
    expect(address.credentials().username).toBe('me');
    expect(address.authorities()?.toString()).toBe('PEM');
  });

  test('with user and virtual host needs no Secret', async () => {
    const none = () => Promise.reject(new Error('no Secret'));
    const address = await givenBrokerAddress('amqp://you:pw@localhost/other', none);
    expect(address).toMatchObject({ host: 'localhost', port: 5672, virtualHost: 'other', tls: false });
    expect(address.credentials()).toEqual({ username: 'you', password: 'pw' });
  });

  test('that is no URL is an error that names the option', async () => {
    await expect(givenBrokerAddress('localhost', usual)).rejects.toThrow('--broker-url is not a URL');
  });
});

describe('the pod of a broker', () => {
  const service = { spec: { selector: { app: 'rabbit' }, ports: [{ port: 5672, targetPort: 'amqp' }] } };
  const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  const ports = [{ name: 'amqp', containerPort: 5673 }];
  const pod = (name: string, status: Json, metadata: Json = {}) => ({
    ...{ metadata: { name, ...metadata }, spec: { containers: [{ ports }] }, status },
  });

  test('is one that is ready, with the port that the Service leads to', async () => {
    const pods = [pod('a', { phase: 'Pending' }), pod('b', ready), pod('c', ready, { deletionTimestamp: 'now' })];
    const cluster = clusterWith({ service: { rabbit: service } }, pods);
    for (const host of ['rabbit', 'rabbit.research', 'rabbit.research.svc', 'rabbit.research.svc.cluster.local.']) {
      expect(await findBrokerPod(cluster, host, 5672)).toEqual({ namespace: 'research', pod: 'b', port: 5673 });
    }
  });

  test('that is not ready yet is an error with the state of the pods', async () => {
    const cluster = clusterWith({ service: { rabbit: service } }, [pod('a', { phase: 'Pending' })]);
    await expect(findBrokerPod(cluster, 'rabbit', 5672)).rejects.toThrow(
      'The broker is not ready: Service rabbit has no pod that is ready: a is Pending, not ready. Wait until it is',
    );
  });

  test.each([['10.0.0.7'], ['fd00::1'], ['broker.example.com'], ['elsewhere'], ['external']])(
    'is not looked for if %s is no Service with pods',
    async (host) => {
      const cluster = clusterWith({ service: { external: { spec: { externalName: 'broker.example.com' } } } });
      expect(await findBrokerPod(cluster, host, 5672)).toBeUndefined();
    },
  );

  test('is not looked for in a namespace that the user may not see', async () => {
    const request = { verb: 'get', resource: 'services', namespace: 'example' } as const;
    const cluster = clusterWith({ service: { broker: new ForbiddenError(request, '') } });
    expect(await findBrokerPod(cluster, 'broker.example', 5672)).toBeUndefined();
    await expect(findBrokerPod(cluster, 'broker', 5672)).rejects.toThrow(
      /^You may not get services in namespace example\./,
    );
  });
});

describe('an error of the API server', () => {
  const request = { verb: 'get', resource: 'secrets', name: 'key', namespace: 'research' } as const;
  const explained = (error: unknown) => explainApiError(error, request, 'https://cluster').message;

  test.each([
    [
      { code: 401, body: '{"message":"Unauthorized"}' },
      'The cluster https://cluster does not accept your credentials: Unauthorized. ',
    ],
    [
      { code: 404, body: { message: 'secrets "key" not found' } },
      'Namespace research has no secrets key: secrets "key" not found',
    ],
    [
      { code: 503, body: 'etcd\u001b[31m is away.' },
      'The cluster https://cluster could not get secrets key in namespace research: etcd [31m is away',
    ],
    [
      { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:6443' },
      'The cluster https://cluster does not answer: connect ECONNREFUSED',
    ],
    [{ message: 'Unexpected server response: 403' }, 'You may not get secrets in namespace research. Ask for a Role'],
  ])('%j is told in a sentence', (error, sentence) => {
    expect(explained(error)).toContain(sentence);
  });
});
