import { ApiObject, JsonPatch, Size } from 'cdk8s';
import { Cpu, Secret } from 'cdk8s-plus-28';
import { RabbitMQ } from '../../../lib/index';
import { container, env, type Json, newChart, podSpecs } from '../../../tools/synthesized-run';
import { brokerOf } from '../../support/broker-of';

describe('the Service', () => {
  test('has the name that was asked for, and port 5672', () => {
    const { broker, one } = brokerOf({ serviceName: 'rabbitmq-service' });
    const service = one('Service').find(({ metadata }) => metadata.name === 'rabbitmq-service');
    expect(service.spec.ports).toEqual([{ name: 'amqp', port: 5672, targetPort: 'amqp' }]);
    expect(broker.serviceName).toBe('rabbitmq-service');
  });

  test('has a generated name unless one was asked for', () => {
    const { broker, one } = brokerOf();
    expect(one('Service').map(({ metadata }) => metadata.name)).toContain(broker.serviceName);
  });

  test('leads to nodes that are ready; our clients use the headless one, which leads to those in an alarm as well', () => {
    const { broker, one, statefulSet } = brokerOf();
    const [ready, all] = one('Service');
    expect(ready.metadata.name).toBe(broker.serviceName);
    expect(ready.spec).not.toHaveProperty('publishNotReadyAddresses');
    expect(all.metadata.name).toBe(statefulSet.spec.serviceName);
    expect(all.spec.publishNotReadyAddresses).toBe(true);
    expect(broker.connection.url).toBe(`amqp://${all.metadata.name}:5672/`);
    expect(all.spec.ports).toEqual(ready.spec.ports);
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

  test('says by its labels what it is, as its name has a hash in it', () => {
    expect(brokerOf().statefulSet.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'test-rabbitmq',
      'app.kubernetes.io/component': 'broker',
      'app.kubernetes.io/managed-by': 'cdk8s-work-queue',
    });
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
    const { statefulSet, pod, server } = brokerOf();
    const [claim] = statefulSet.spec.volumeClaimTemplates;
    expect(claim.spec.resources.requests.storage).toBe('1Gi');
    expect(claim.spec.storageClassName).toBeUndefined();
    expect(server.volumeMounts).toContainEqual({ name: claim.metadata.name, mountPath: '/var/lib/rabbitmq/mnesia' });
    expect(server.volumeMounts).toContainEqual({ name: 'home', mountPath: '/var/lib/rabbitmq' });
    expect(pod.volumes).toContainEqual({ name: 'home', emptyDir: { medium: 'Memory', sizeLimit: '32Mi' } });
    expect(server.env).toContainEqual({ name: 'HOME', value: '/var/lib/rabbitmq' });
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

  test('has started when its port answers, and is never killed for being slow', () => {
    const { server } = brokerOf();
    expect(server.startupProbe.tcpSocket).toEqual({ port: 5672 });
    expect(server.livenessProbe).toBeUndefined();
  });

  test('enables all feature flags before it stops: the next start may be of a newer RabbitMQ', () => {
    const { pod, server } = brokerOf();
    const [, , script] = server.lifecycle.preStop.exec.command;
    expect(script).toContain('rabbitmqctl -q enable_feature_flag all;');
    expect(script).toContain('rabbitmqctl -q enable_feature_flag --opt-in khepri_db');
    // Whatever fails in it, it does not keep the pod.
    expect(script).toMatch(/; true$/);
    expect(pod.terminationGracePeriodSeconds).toBe(120);
  });

  test('gets no variables from Services, which the server would take for settings, and no token', () => {
    expect(brokerOf().pod).toMatchObject({ enableServiceLinks: false, automountServiceAccountToken: false });
  });

  test('restarts when its settings change, and only then', () => {
    const name = (config?: Record<string, string>) => {
      const { one, pod } = brokerOf({ config });
      const volume = pod.volumes.find((each: Json) => each.name === 'config');
      expect(one('ConfigMap').map(({ metadata }) => metadata.name)).toContain(volume.configMap.name);
      return volume.configMap.name;
    };
    expect(name()).toBe(name({}));
    expect(name({ channel_max: '7' })).not.toBe(name());
  });

  test('reads its settings after those of the image, and has its plugins in place of them', () => {
    const { one, pod, server } = brokerOf();
    const mounts = server.volumeMounts.filter(({ name }: Json) => name === 'config');
    expect(mounts.map(({ mountPath }: Json) => mountPath)).toEqual([
      '/etc/rabbitmq/conf.d/90-work-queue.conf',
      '/etc/rabbitmq/enabled_plugins',
    ]);
    const { configMap } = pod.volumes.find(({ name }: Json) => name === 'config');
    const { immutable, data } = one('ConfigMap').find(({ metadata }) => metadata.name === configMap.name);
    expect(immutable).toBe(true);
    expect(mounts.map(({ subPath }: Json) => subPath)).toEqual(Object.keys(data));
    expect(data.enabled_plugins).toBe('[].\n');
  });

  test('has a name that leaves room for what Kubernetes appends', () => {
    const chart = newChart();
    new RabbitMQ(chart, 'b'.repeat(80));
    const statefulSet = (chart.toJson() as Json[]).find(({ kind }) => kind === 'StatefulSet');
    expect(statefulSet.metadata.name.length).toBeLessThanOrEqual(52);
  });
});

describe('the credentials', () => {
  test('are made by a Job that may create Secrets and read just the two', () => {
    const { one, broker } = brokerOf();
    const [role] = one('Role');
    const [client, admin] = [broker.connection.credentials.name, broker.adminCredentials.name];
    expect(client).not.toBe(admin);
    expect(role.rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: [client], verbs: ['get'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: [admin], verbs: ['get'] },
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
    expect(env(job, 'credentials')).toEqual({ CLIENT_SECRET: client, ADMIN_SECRET: admin });
    expect(container(job, 'credentials').command).toEqual(['node', '/opt/work-queue/programs/credentials.js']);
  });

  test('are made within a day, or their Job fails: an image that is never there would keep it', () => {
    expect(brokerOf().one('Job')[0].spec).toMatchObject({ backoffLimit: 6, activeDeadlineSeconds: 24 * 60 * 60 });
  });

  test('are read by a container that prepares the node before the server starts', () => {
    const { broker, pod } = brokerOf();
    const [init, ...others] = pod.initContainers;
    expect(others).toEqual([]);
    expect(init.name).toBe('broker-init');
    expect(init.command).toEqual(['node', '/opt/work-queue/programs/broker-init.js']);
    expect(init.env).toEqual([
      { name: 'BROKER_CREDENTIALS_DIR', value: '/opt/work-queue/credentials' },
      { name: 'ADMIN_SECRET_DIR', value: '/opt/work-queue/admin' },
      { name: 'RABBITMQ_HOME', value: '/var/lib/rabbitmq' },
    ]);
    const secretAt = (path: string) => {
      const { name, readOnly } = init.volumeMounts.find(({ mountPath }: Json) => mountPath === path);
      expect(readOnly).toBe(true);
      return pod.volumes.find((volume: Json) => volume.name === name).secret.secretName;
    };
    expect(secretAt('/opt/work-queue/credentials')).toBe(broker.connection.credentials.name);
    expect(secretAt('/opt/work-queue/admin')).toBe(broker.adminCredentials.name);
    expect(init.volumeMounts).toContainEqual({ name: 'home', mountPath: '/var/lib/rabbitmq' });
  });

  test('go to the server in the home folder alone: it has neither their volumes nor variables of them', () => {
    const { pod, server } = brokerOf();
    const secrets = pod.volumes.filter(({ secret }: Json) => secret).map(({ name }: Json) => name);
    expect(secrets).toEqual(['work-queue-credentials', 'admin']);
    for (const { name } of server.volumeMounts) expect(secrets).not.toContain(name);
    expect(JSON.stringify(server.env)).not.toMatch(/secret/i);
    expect(server).not.toHaveProperty('envFrom');
  });

  test('have a cookie and files of the server itself: both containers are one user', () => {
    const { pod, server } = brokerOf();
    for (const { securityContext } of [pod.initContainers[0], server]) {
      expect(securityContext).toMatchObject({ runAsUser: 999, runAsGroup: 999 });
    }
    expect(pod.securityContext.fsGroup).toBe(999);
  });

  test('may be your own: then the Job makes those of the administrator alone', () => {
    const { broker, one, pod } = brokerOf((chart) => ({
      credentials: Secret.fromSecretName(chart, 'mine', 'my-secret'),
    }));
    expect(broker.connection.credentials.name).toBe('my-secret');
    const admin = broker.adminCredentials.name;
    expect(env(one('Job')[0], 'credentials')).toEqual({ ADMIN_SECRET: admin });
    expect(one('Role')[0].rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: [admin], verbs: ['get'] },
    ]);
    const mounted = pod.volumes.filter(({ secret }: Json) => secret).map(({ secret }: Json) => secret.secretName);
    expect(mounted).toEqual(['my-secret', admin]);
  });
});

test('the pull Secret is that of the nodes and of the Job that makes the credentials', () => {
  const { one, pod } = brokerOf((chart) => ({
    dockerRegistryAuth: Secret.fromSecretName(chart, 'pull', 'pull-secret'),
  }));
  expect(pod.imagePullSecrets).toEqual([{ name: 'pull-secret' }]);
  expect(one('Job')[0].spec.template.spec.imagePullSecrets).toEqual([{ name: 'pull-secret' }]);
  const without = brokerOf();
  for (const spec of podSpecs(without.objects)) expect(spec).not.toHaveProperty('imagePullSecrets');
});

test('an image that is no reference is an error', () => {
  expect(() => brokerOf({ image: '' })).toThrow(
    /RabbitMQ 'test\/rabbitmq': image is ""; it is no reference to an image/,
  );
});
