import { ApiObject, JsonPatch, Size } from 'cdk8s';
import { Cpu, Secret } from 'cdk8s-plus-28';
import { RabbitMQ, type RabbitMQProps } from '../../lib';
import { container, env, type Json, newChart, Run } from '../support/synth';

function brokerOf(props: RabbitMQProps = {}) {
  const chart = newChart();
  const broker = new RabbitMQ(chart, 'rabbitmq', props);
  const objects: Json[] = chart.toJson();
  const one = (kind: string) => objects.filter((object) => object.kind === kind);
  return { chart, broker, objects, one, statefulSet: one('StatefulSet')[0] };
}

describe('the Service', () => {
  test('has the name that was asked for, and port 5672', () => {
    const { broker, one } = brokerOf({ serviceName: 'rabbitmq-service' });
    const service = one('Service').find(({ metadata }) => metadata.name === 'rabbitmq-service');
    expect(service.spec.ports).toEqual([{ name: 'amqp', port: 5672, targetPort: 'amqp' }]);
    expect(broker.serviceName).toBe('rabbitmq-service');
    expect(broker.connection.url).toBe('amqp://rabbitmq-service:5672/');
  });

  test('has a generated name unless one was asked for', () => {
    const { broker, one } = brokerOf();
    expect(one('Service').map(({ metadata }) => metadata.name)).toContain(broker.serviceName);
    expect(broker.connection.url).toBe(`amqp://${broker.serviceName}:5672/`);
  });

  test('finds the pod, and so does the headless one of the StatefulSet', () => {
    const { one, statefulSet } = brokerOf();
    for (const service of one('Service')) {
      expect(statefulSet.spec.template.metadata.labels).toMatchObject(service.spec.selector);
    }
    const headless = one('Service').find(({ metadata }) => metadata.name === statefulSet.spec.serviceName);
    expect(headless.spec.clusterIP).toBe('None');
  });

  test.each(['', 'Rabbit', '1rabbit', 'rabbit_mq', 'rabbit-', 'a.b', 'x'.repeat(64)])(
    'cannot be named %j',
    (serviceName) => {
      expect(() => brokerOf({ serviceName })).toThrow(
        /RabbitMQ 'test\/rabbitmq': serviceName is ".*"; it cannot be the name of a Kubernetes Service/,
      );
    },
  );
});

describe('the StatefulSet', () => {
  test('is the ApiObject of the broker', () => {
    expect(ApiObject.of(brokerOf().broker).kind).toBe('StatefulSet');
  });

  test('can be patched in the form that stands in the manifest', () => {
    const { chart, broker } = brokerOf();
    const memory = '/spec/template/spec/containers/0/resources/limits/memory';
    ApiObject.of(broker).addJsonPatch(JsonPatch.replace(memory, '3Gi'), JsonPatch.add('/spec/ordinals', { start: 1 }));
    const { spec } = (chart.toJson() as Json[]).find(({ kind }) => kind === 'StatefulSet');
    expect(spec.template.spec.containers[0].resources.limits.memory).toBe('3Gi');
    expect(spec.ordinals).toEqual({ start: 1 });
  });

  test('keeps its data on a volume, and the Erlang cookie off it', () => {
    const { statefulSet } = brokerOf();
    const [claim] = statefulSet.spec.volumeClaimTemplates;
    expect(claim.spec.resources.requests.storage).toBe('1Gi');
    expect(claim.spec.storageClassName).toBeUndefined();
    const mount = container(statefulSet, 'rabbitmq').volumeMounts.find(
      ({ name }: Json) => name === claim.metadata.name,
    );
    expect(mount.mountPath).toBe('/var/lib/rabbitmq/mnesia');
  });

  test('takes storage, its class and resources as they are given', () => {
    const { statefulSet } = brokerOf({
      storage: Size.mebibytes(1500),
      storageClassName: 'fast',
      resources: { cpu: { request: Cpu.units(2) }, memory: { limit: Size.gibibytes(2) } },
    });
    expect(statefulSet.spec.volumeClaimTemplates[0].spec).toMatchObject({
      storageClassName: 'fast',
      resources: { requests: { storage: '1500Mi' } },
    });
    expect(container(statefulSet, 'rabbitmq').resources).toEqual({ requests: { cpu: '2' }, limits: { memory: '2Gi' } });
  });

  test('is probed by its port and never killed for being slow', () => {
    const server = container(brokerOf().statefulSet, 'rabbitmq');
    expect(server.startupProbe.tcpSocket).toEqual({ port: 5672 });
    expect(server.readinessProbe.tcpSocket).toEqual({ port: 5672 });
    expect(server.livenessProbe).toBeUndefined();
  });

  test('gets no variables from Services, which the server would take for settings, and no token', () => {
    const { spec } = brokerOf().statefulSet.spec.template;
    expect(spec).toMatchObject({ enableServiceLinks: false, automountServiceAccountToken: false });
  });

  test('restarts when its settings change, and only then', () => {
    const name = (config?: Record<string, string>) =>
      brokerOf({ config }).statefulSet.spec.template.spec.volumes[0].configMap.name;
    expect(name()).toBe(name({}));
    expect(name({ channel_max: '7' })).not.toBe(name());
  });

  test('reads its settings after those of the image', () => {
    const { one, statefulSet } = brokerOf({ config: { channel_max: '7' } });
    const mount = container(statefulSet, 'rabbitmq').volumeMounts.find(({ name }: Json) => name === 'config');
    expect(mount.mountPath).toBe('/etc/rabbitmq/conf.d/90-work-queue.conf');
    const config = one('ConfigMap').find(({ data }) => data?.[mount.subPath]);
    expect(config.data[mount.subPath]).toBe('raft.wal_max_size_bytes = 64000000\nchannel_max = 7\n');
  });

  test('has a name that leaves room for what Kubernetes appends', () => {
    const chart = newChart();
    new RabbitMQ(chart, 'b'.repeat(80));
    const statefulSet = (chart.toJson() as Json[]).find(({ kind }) => kind === 'StatefulSet');
    expect(statefulSet.metadata.name.length).toBeLessThanOrEqual(52);
  });
});

describe('the credentials', () => {
  test('are made by a Job that may create Secrets and read just that one', () => {
    const { one, broker } = brokerOf();
    const [role] = one('Role');
    const secret = broker.connection.credentials.name;
    expect(role.rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: [secret], verbs: ['get'] },
    ]);
    const [job] = one('Job');
    const [account] = one('ServiceAccount');
    expect(one('RoleBinding')[0]).toMatchObject({
      roleRef: { kind: 'Role', name: role.metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: account.metadata.name }],
    });
    expect(job.spec.template.spec).toMatchObject({
      serviceAccountName: account.metadata.name,
      automountServiceAccountToken: true,
    });
    expect(env(job, 'credentials')).toEqual({ SECRET_NAME: secret });
    expect(container(job, 'credentials').command).toEqual(['node', '/opt/work-queue/programs/credentials.js']);
  });

  test('go to the server by reference', () => {
    const { statefulSet, broker } = brokerOf();
    const { name } = broker.connection.credentials;
    expect(container(statefulSet, 'rabbitmq').env.slice(0, 2)).toEqual([
      { name: 'RABBITMQ_DEFAULT_USER', valueFrom: { secretKeyRef: { name, key: 'username' } } },
      { name: 'RABBITMQ_DEFAULT_PASS', valueFrom: { secretKeyRef: { name, key: 'password' } } },
    ]);
  });

  test('may be your own: then nothing is made', () => {
    const chart = newChart();
    const credentials = Secret.fromSecretName(chart, 'mine', 'my-secret');
    const broker = new RabbitMQ(chart, 'rabbitmq', { credentials });
    const kinds = (chart.toJson() as Json[]).map(({ kind }) => kind);
    expect(broker.connection.credentials.name).toBe('my-secret');
    for (const kind of ['Job', 'Role', 'RoleBinding', 'ServiceAccount']) expect(kinds).not.toContain(kind);
  });

  test('stand in no manifest', () => {
    const objects = new Run().objects();
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
    const variables = objects
      .flatMap((object) => object.spec?.template?.spec?.containers ?? [])
      .flatMap((one: Json) => one.env ?? [])
      .filter(({ name }: Json) => /PASS|USER/.test(name));
    expect(variables.length).toBe(6);
    for (const variable of variables) expect(variable).toEqual({ name: variable.name, valueFrom: expect.anything() });
    const urls = JSON.stringify(objects).match(/amqp:\/\/[^"]*/g) ?? [];
    expect(urls.filter((url) => url.includes('@'))).toEqual([]);
  });
});

test('an image that is no reference is an error', () => {
  expect(() => brokerOf({ image: '' })).toThrow(
    /RabbitMQ 'test\/rabbitmq': image is ""; it is no reference to an image/,
  );
});
