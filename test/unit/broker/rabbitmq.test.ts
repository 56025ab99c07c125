import { ApiObject, JsonPatch, Size } from 'cdk8s';
import { Cpu, Secret } from 'cdk8s-plus-28';
import { BrokerVolume } from '../../../lib/contract/broker-secrets';
import { ContainerName } from '../../../lib/contract/containers';
import { EnvName } from '../../../lib/contract/environment';
import { MountPath } from '../../../lib/contract/mount-paths';
import { RabbitMQ } from '../../../lib/index';
import { container, env, type Json, newChart, podSpecs } from '../../../tools/synthesized-run';
import { brokerOf } from '../../support/broker-of';

describe('the Service', () => {
  test('the Service has the name `serviceName`, and port 5672', () => {
    const { broker, one } = brokerOf({ serviceName: 'rabbitmq-service' });
    const service = one('Service').find(({ metadata }) => metadata.name === 'rabbitmq-service');
    expect(service.spec.ports).toEqual([{ name: 'amqp', port: 5672, targetPort: 'amqp' }]);
    expect(broker.serviceName).toBe('rabbitmq-service');
  });

  test('the Service has a generated name by default', () => {
    const { broker, one } = brokerOf();
    expect(one('Service').map(({ metadata }) => metadata.name)).toContain(broker.serviceName);
  });

  test('clients use the headless Service, which unlike the other also leads to nodes with an alarm', () => {
    const { broker, one, statefulSet } = brokerOf();
    const [ready, all] = one('Service');
    expect(ready.metadata.name).toBe(broker.serviceName);
    expect(ready.spec).not.toHaveProperty('publishNotReadyAddresses');
    expect(all.metadata.name).toBe(statefulSet.spec.serviceName);
    expect(all.spec.publishNotReadyAddresses).toBe(true);
    expect(broker.connection.url).toBe(`amqp://${all.metadata.name}:5672/`);
    expect(all.spec.ports).toEqual(ready.spec.ports);
  });

  test('the Service and the headless Service select the pods', () => {
    const { one, statefulSet } = brokerOf();
    for (const service of one('Service')) {
      expect(statefulSet.spec.template.metadata.labels).toMatchObject(service.spec.selector);
    }
    const headless = one('Service').find(({ metadata }) => metadata.name === statefulSet.spec.serviceName);
    expect(headless.spec.clusterIP).toBe('None');
  });

  test.each(['', 'Rabbit', '1rabbit', 'rabbit_mq', 'rabbit-', 'a.b', 'x'.repeat(64)])(
    '`serviceName` cannot be %j',
    (serviceName) => {
      expect(() => brokerOf({ serviceName })).toThrow(
        /RabbitMQ 'test\/rabbitmq': serviceName is ".*"; it cannot be the name of a Kubernetes Service/,
      );
    },
  );
});

describe('the StatefulSet', () => {
  test('the StatefulSet is the ApiObject of the broker', () => {
    expect(ApiObject.of(brokerOf().broker).kind).toBe('StatefulSet');
  });

  test('the labels of the StatefulSet identify it, as its name contains a hash', () => {
    expect(brokerOf().statefulSet.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'test-rabbitmq',
      'app.kubernetes.io/component': 'broker',
      'app.kubernetes.io/part-of': 'test',
      'app.kubernetes.io/managed-by': 'cdk8s-work-queue',
      'cdk8s-work-queue/chart': 'test',
    });
  });

  test('the StatefulSet can be patched in the form of the manifest', () => {
    const { chart, broker } = brokerOf();
    const memory = '/spec/template/spec/containers/0/resources/limits/memory';
    ApiObject.of(broker).addJsonPatch(JsonPatch.replace(memory, '3Gi'), JsonPatch.add('/spec/ordinals', { start: 1 }));
    const { spec } = (chart.toJson() as Json[]).find(({ kind }) => kind === 'StatefulSet');
    expect(spec.template.spec.containers[0].resources.limits.memory).toBe('3Gi');
    expect(spec.ordinals).toEqual({ start: 1 });
  });

  test('the data is on a volume, and the Erlang cookie is not', () => {
    const { statefulSet, pod, server } = brokerOf();
    const [claim] = statefulSet.spec.volumeClaimTemplates;
    expect(claim.spec.resources.requests.storage).toBe('1Gi');
    expect(claim.spec.storageClassName).toBeUndefined();
    expect(server.volumeMounts).toContainEqual({
      name: claim.metadata.name,
      mountPath: MountPath.RABBITMQ_DATA,
    });
    expect(server.volumeMounts).toContainEqual({ name: 'home', mountPath: MountPath.RABBITMQ_HOME });
    expect(pod.volumes).toContainEqual({ name: 'home', emptyDir: { medium: 'Memory', sizeLimit: '32Mi' } });
    expect(server.env).toContainEqual({ name: 'HOME', value: MountPath.RABBITMQ_HOME });
  });

  test('`storage`, `storageClassName` and `resources` become those of the StatefulSet', () => {
    const { statefulSet } = brokerOf({
      storage: Size.mebibytes(1500),
      storageClassName: 'fast',
      resources: { cpu: { request: Cpu.units(2) }, memory: { limit: Size.gibibytes(2) } },
    });
    expect(statefulSet.spec.volumeClaimTemplates[0].spec).toMatchObject({
      storageClassName: 'fast',
      resources: { requests: { storage: '1500Mi' } },
    });
    expect(container(statefulSet, ContainerName.RABBITMQ).resources).toEqual({
      requests: { cpu: '2' },
      limits: { memory: '2Gi' },
    });
  });

  test('a node has started when its port answers, and is never killed for being slow', () => {
    const { server } = brokerOf();
    expect(server.startupProbe.tcpSocket).toEqual({ port: 5672 });
    expect(server.livenessProbe).toBeUndefined();
  });

  test('a node enables all feature flags before it stops, because the next start may be of a newer RabbitMQ', () => {
    const { pod, server } = brokerOf();
    const [, , script] = server.lifecycle.preStop.exec.command;
    expect(script).toContain('rabbitmqctl -q enable_feature_flag all;');
    expect(script).toContain('rabbitmqctl -q enable_feature_flag --opt-in khepri_db');
    // Without a Service, no node is found by its name, and the tools would wait for ever.
    expect(script).toMatch(/^timeout \d+ rabbitmq-diagnostics -q ping \S+ \S+ && \{/);
    // A failure in the script does not keep the pod from stopping.
    expect(script).toMatch(/; true$/);
    expect(pod.terminationGracePeriodSeconds).toBe(120);
  });

  test('a node gets no token, and no variables of Services, which the server would read as settings', () => {
    expect(brokerOf().pod).toMatchObject({ enableServiceLinks: false, automountServiceAccountToken: false });
  });

  test('a change of the settings, and only that, restarts the nodes', () => {
    const name = (config?: Record<string, string>) => {
      const { one, pod } = brokerOf({ config });
      const volume = pod.volumes.find((each: Json) => each.name === 'config');
      expect(one('ConfigMap').map(({ metadata }) => metadata.name)).toContain(volume.configMap.name);
      return volume.configMap.name;
    };
    expect(name()).toBe(name({}));
    expect(name({ channel_max: '7' })).not.toBe(name());
  });

  test('the settings come after those of the image, and the plugins replace those of the image', () => {
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

  test('the name of the StatefulSet leaves space for what Kubernetes appends', () => {
    const chart = newChart();
    new RabbitMQ(chart, 'b'.repeat(80));
    const statefulSet = (chart.toJson() as Json[]).find(({ kind }) => kind === 'StatefulSet');
    expect(statefulSet.metadata.name.length).toBeLessThanOrEqual(52);
  });
});

describe('the credentials', () => {
  test('the credentials Job may create Secrets, and read none: its token would give the passwords to others', () => {
    const { one, broker } = brokerOf();
    const [role] = one('Role');
    const [client, admin] = [broker.connection.credentials.name, broker.adminCredentials.name];
    expect(client).not.toBe(admin);
    expect(role.rules).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }]);
    const [job] = one('Job');
    const [account] = one('ServiceAccount');
    expect(one('RoleBinding')[0]).toMatchObject({
      roleRef: { kind: 'Role', name: role.metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: account.metadata.name }],
    });
    expect(job.spec.template.spec).toMatchObject({
      serviceAccountName: account.metadata.name,
      automountServiceAccountToken: false,
    });
    const { name, ...source } = job.spec.template.spec.volumes.at(-1);
    expect(container(job, ContainerName.CREDENTIALS).volumeMounts).toContainEqual({
      ...{ name, mountPath: MountPath.SERVICE_ACCOUNT, readOnly: true },
    });
    const files = source.projected.sources.flatMap(({ serviceAccountToken, configMap, downwardAPI }: Json) =>
      serviceAccountToken ? [serviceAccountToken.path] : (configMap ?? downwardAPI).items.map(({ path }: Json) => path),
    );
    expect(files).toEqual(['token', 'ca.crt', 'namespace']);
    expect(env(job, ContainerName.CREDENTIALS)).toEqual({
      [EnvName.SERVICE_ACCOUNT_DIR]: MountPath.SERVICE_ACCOUNT,
      [EnvName.CLIENT_SECRET]: client,
      [EnvName.ADMIN_SECRET]: admin,
      [EnvName.CHART]: 'test',
    });
    expect(container(job, ContainerName.CREDENTIALS).command).toEqual(['node', `${MountPath.PROGRAMS}/credentials.js`]);
  });

  test('the credentials Job fails after a day, for example because an image does not exist', () => {
    expect(brokerOf().one('Job')[0].spec).toMatchObject({ backoffLimit: 6, activeDeadlineSeconds: 24 * 60 * 60 });
  });

  test('the init container gets the credentials before the server starts', () => {
    const { broker, pod } = brokerOf();
    const [init, ...others] = pod.initContainers;
    expect(others).toEqual([]);
    expect(init.name).toBe(ContainerName.BROKER_INIT);
    expect(init.command).toEqual(['node', `${MountPath.PROGRAMS}/broker-init.js`]);
    expect(init.env).toEqual([
      { name: EnvName.BROKER_CREDENTIALS_DIR, value: MountPath.CREDENTIALS },
      { name: EnvName.ADMIN_SECRET_DIR, value: MountPath.ADMIN_SECRET },
      { name: EnvName.RABBITMQ_HOME, value: MountPath.RABBITMQ_HOME },
      { name: EnvName.RABBITMQ_DATA, value: MountPath.RABBITMQ_DATA },
    ]);
    const secretAt = (path: string) => {
      const { name, readOnly } = init.volumeMounts.find(({ mountPath }: Json) => mountPath === path);
      expect(readOnly).toBe(true);
      return pod.volumes.find((volume: Json) => volume.name === name).secret.secretName;
    };
    expect(secretAt(MountPath.CREDENTIALS)).toBe(broker.connection.credentials.name);
    expect(secretAt(MountPath.ADMIN_SECRET)).toBe(broker.adminCredentials.name);
    expect(init.volumeMounts).toContainEqual({ name: 'home', mountPath: MountPath.RABBITMQ_HOME });
  });

  test('the init container gets the volume of the server, where it records the usernames, and no other', () => {
    const { statefulSet, pod, server } = brokerOf();
    const [claim] = statefulSet.spec.volumeClaimTemplates;
    const data = { name: claim.metadata.name, mountPath: MountPath.RABBITMQ_DATA };
    const [{ volumeMounts }] = pod.initContainers;
    expect(volumeMounts).toContainEqual(data);
    expect(server.volumeMounts).toContainEqual(data);
    const writable = volumeMounts.filter(({ readOnly }: Json) => !readOnly).map(({ name }: Json) => name);
    expect(writable).toEqual(['home', claim.metadata.name]);
  });

  test('the server gets the credentials only in its home folder, not in volumes or variables', () => {
    const { pod, server } = brokerOf();
    const secrets = pod.volumes.filter(({ secret }: Json) => secret).map(({ name }: Json) => name);
    expect(secrets).toEqual([BrokerVolume.CREDENTIALS, 'admin']);
    for (const { name } of server.volumeMounts) expect(secrets).not.toContain(name);
    expect(JSON.stringify(server.env)).not.toMatch(/secret/i);
    expect(server).not.toHaveProperty('envFrom');
  });

  test('init container and server run as the same user, so the cookie belongs to the server', () => {
    const { pod, server } = brokerOf();
    for (const { securityContext } of [pod.initContainers[0], server]) {
      expect(securityContext).toMatchObject({ runAsUser: 999, runAsGroup: 999 });
    }
    expect(pod.securityContext.fsGroup).toBe(999);
  });

  test('with `credentials`, the Job creates only the Secret of the administrator', () => {
    const { broker, one, pod } = brokerOf((chart) => ({
      credentials: Secret.fromSecretName(chart, 'mine', 'my-secret'),
    }));
    expect(broker.connection.credentials.name).toBe('my-secret');
    const admin = broker.adminCredentials.name;
    expect(env(one('Job')[0], ContainerName.CREDENTIALS)).toEqual({
      [EnvName.SERVICE_ACCOUNT_DIR]: MountPath.SERVICE_ACCOUNT,
      [EnvName.ADMIN_SECRET]: admin,
      [EnvName.CHART]: 'test',
    });
    const mounted = pod.volumes.filter(({ secret }: Json) => secret).map(({ secret }: Json) => secret.secretName);
    expect(mounted).toEqual(['my-secret', admin]);
  });
});

test('`dockerRegistryAuth` applies to the nodes and to the credentials Job', () => {
  const { one, pod } = brokerOf((chart) => ({
    dockerRegistryAuth: Secret.fromSecretName(chart, 'pull', 'pull-secret'),
  }));
  expect(pod.imagePullSecrets).toEqual([{ name: 'pull-secret' }]);
  expect(one('Job')[0].spec.template.spec.imagePullSecrets).toEqual([{ name: 'pull-secret' }]);
  const without = brokerOf();
  for (const spec of podSpecs(without.objects)) expect(spec).not.toHaveProperty('imagePullSecrets');
});

test('an `image` that is not an image reference is an error', () => {
  expect(() => brokerOf({ image: '' })).toThrow(/RabbitMQ 'test\/rabbitmq': image is ""; it is not an image reference/);
});
