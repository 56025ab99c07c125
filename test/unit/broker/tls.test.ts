import { Secret } from 'cdk8s-plus-28';
import { AUTHORITIES_FILE, BrokerVolume } from '../../../lib/contract/broker-secrets';
import { ContainerName } from '../../../lib/contract/containers';
import { EnvName } from '../../../lib/contract/environment';
import { MountPath } from '../../../lib/contract/mount-paths';
import { IssuerKind, RabbitMQ, type RabbitMQProps, Tls } from '../../../lib/index';
import { container, env, type Json, newChart, SynthesizedRun } from '../../../tools/synthesized-run';
import { brokerOf } from '../../support/broker-of';

const CERTIFICATE_FOLDER = '/etc/rabbitmq/certificate';
const issued = Tls.certManager({ name: 'research-ca' });

/** A broker with the certificate of an existing Secret. */
function given(props: Omit<RabbitMQProps, 'tls'> = {}) {
  return brokerOf((chart) => ({ tls: Tls.fromSecret(Secret.fromSecretName(chart, 'own', 'own-tls')), ...props }));
}

function runWithSecret() {
  const chart = newChart();
  const tls = Tls.fromSecret(Secret.fromSecretName(chart, 'own', 'own-tls'));
  return new SynthesizedRun({ broker: { tls } }, chart);
}

const ports = (objects: Json[]) => objects.map(({ spec }) => spec.ports.map(({ port }: Json) => port));
const numbers = (container: Json) => container.ports.map(({ containerPort }: Json) => containerPort);

describe('the ports', () => {
  test.each<[string, Pick<RabbitMQProps, 'tls' | 'plaintext'>, number[]]>([
    ['without TLS are the plain one', {}, [5672]],
    ['without TLS and with plaintext are the plain one', { plaintext: true }, [5672]],
    ['with TLS are the TLS one', { tls: issued }, [5671]],
    ['with TLS and without plaintext are the TLS one', { tls: issued, plaintext: false }, [5671]],
    ['with TLS and plaintext are both', { tls: issued, plaintext: true }, [5672, 5671]],
  ])('the ports %s', (_, props, expected) => {
    const { one, server, settings } = brokerOf(props);
    expect(ports(one('Service'))).toEqual([expected, expected]);
    expect(numbers(server)).toEqual(expected);
    const plain = expected.includes(5672);
    expect(settings['listeners.tcp.default']).toBe(plain ? '5672' : undefined);
    // Without this setting, RabbitMQ would open its default port.
    expect(settings['listeners.tcp']).toBe(plain ? undefined : 'none');
    expect(settings['listeners.ssl.default']).toBe(expected.includes(5671) ? '5671' : undefined);
  });

  test('the ports have names, by which the Services refer to them', () => {
    const { one, server } = brokerOf({ tls: issued, plaintext: true });
    expect(server.ports).toEqual([
      { containerPort: 5672, name: 'amqp' },
      { containerPort: 5671, name: 'amqps' },
    ]);
    for (const { spec } of one('Service')) {
      expect(spec.ports).toEqual([
        { name: 'amqp', port: 5672, targetPort: 'amqp' },
        { name: 'amqps', port: 5671, targetPort: 'amqps' },
      ]);
    }
  });

  test('the probes check a port that is served', () => {
    const { server } = brokerOf({ tls: issued });
    expect(server.startupProbe.tcpSocket).toEqual({ port: 5671 });
    expect(server.readinessProbe.exec.command[2]).toContain('check_port_listener 5671 ');
  });

  test('a broker without any port is an error', () => {
    expect(() => brokerOf({ plaintext: false })).toThrow(
      "RabbitMQ 'test/rabbitmq': plaintext is false; it leaves no port, because tls is not set. Set tls to a certificate, or omit plaintext.",
    );
  });
});

describe('the versions of TLS', () => {
  const versions = (settings: Record<string, string>) =>
    Object.entries(settings).filter(([key]) => key.startsWith('ssl_options.versions.'));

  test('the versions of TLS are 1.3 and 1.2, because RabbitMQ would also accept 1.0 and 1.1', () => {
    expect(versions(brokerOf({ tls: issued }).settings)).toEqual([
      ['ssl_options.versions.1', 'tlsv1.3'],
      ['ssl_options.versions.2', 'tlsv1.2'],
    ]);
  });

  test('the versions of TLS in `config` replace those of this package', () => {
    const { settings } = brokerOf({ tls: issued, config: { 'ssl_options.versions.first': 'tlsv1.2' } });
    expect(versions(settings)).toEqual([['ssl_options.versions.first', 'tlsv1.2']]);
  });
});

describe('the certificate', () => {
  test('the certificate of a Secret is mounted into the server, and no Certificate is created', () => {
    const { one, pod, server } = given();
    expect(one('Certificate')).toEqual([]);
    const { name, readOnly } = server.volumeMounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
    expect(readOnly).toBe(true);
    expect(pod.volumes.find((volume: Json) => volume.name === name).secret).toEqual({ secretName: 'own-tls' });
  });

  test('the server reads the certificate from its folder, and requires none of its clients', () => {
    expect(given().settings).toMatchObject({
      'ssl_options.cacertfile': `${CERTIFICATE_FOLDER}/ca.crt`,
      'ssl_options.certfile': `${CERTIFICATE_FOLDER}/tls.crt`,
      'ssl_options.keyfile': `${CERTIFICATE_FOLDER}/tls.key`,
      'ssl_options.verify': 'verify_none',
      'ssl_options.fail_if_no_peer_cert': 'false',
    });
  });

  test('the mount of the certificate has no subPath, so that it follows a renewal', () => {
    const mount = given().server.volumeMounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
    expect(mount).not.toHaveProperty('subPath');
  });

  test.each([
    [undefined, 'Issuer'],
    [IssuerKind.ISSUER, 'Issuer'],
    [IssuerKind.CLUSTER_ISSUER, 'ClusterIssuer'],
  ])('an issuer of the kind %s becomes an issuerRef to an %s', (kind, expected) => {
    const { one } = brokerOf({ tls: Tls.certManager({ name: 'research-ca', kind }) });
    const [certificate, ...others] = one('Certificate');
    expect(others).toEqual([]);
    expect(certificate.spec.issuerRef).toEqual({ kind: expected, name: 'research-ca' });
  });

  test('the certificate of an issuer is for both Services, and its Secret is the one that is mounted', () => {
    const { one, pod, server } = brokerOf({ tls: issued, serviceName: 'rabbitmq-service' });
    const [{ spec }] = one('Certificate');
    const services = one('Service').map(({ metadata }) => metadata.name);
    expect(services[0]).toBe('rabbitmq-service');
    expect(spec.dnsNames).toEqual(services);
    const { name } = server.volumeMounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
    expect(pod.volumes.find((volume: Json) => volume.name === name).secret.secretName).toBe(spec.secretName);
  });

  test('the certificate of an issuer is also for the names of the Services in other namespaces', () => {
    const chart = newChart({ namespace: 'messaging' });
    new RabbitMQ(chart, 'rabbitmq', { tls: issued, serviceName: 'rabbitmq-service' });
    const { spec } = (chart.toJson() as Json[]).find(({ kind }) => kind === 'Certificate');
    expect(spec.dnsNames).toContain('rabbitmq-service');
    expect(spec.dnsNames).toContain('rabbitmq-service.messaging.svc');
    expect(spec.dnsNames).toHaveLength(4);
  });

  test('the volume of a Secret with a dot in its name has no dot', () => {
    const { pod, server } = brokerOf((chart) => ({
      tls: Tls.fromSecret(Secret.fromSecretName(chart, 'Dotted', 'example.com')),
    }));
    const { name } = server.volumeMounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(pod.volumes.find((volume: Json) => volume.name === name).secret.secretName).toBe('example.com');
  });

  test('the invalid name of an issuer is an error', () => {
    expect(() => Tls.certManager({ name: 'Research CA' })).toThrow(
      /^Tls\.certManager: name is "Research CA"; it cannot be the name of a Kubernetes object/,
    );
  });

  test('without TLS, there is no certificate', () => {
    const { one, pod, settings } = brokerOf();
    expect(one('Certificate')).toEqual([]);
    expect(pod.volumes.map(({ secret }: Json) => secret?.secretName ?? '').join()).not.toContain('tls');
    expect(Object.keys(settings).filter((key) => /ssl/.test(key))).toEqual([]);
  });
});

describe('a client', () => {
  test.each([
    ['without a plain port', { tls: issued }],
    ['with a plain port beside it', { tls: issued, plaintext: true }],
  ])('clients use TLS %s, to the headless Service, with the name of the other Service', (_, broker) => {
    const run = new SynthesizedRun({ broker });
    const nodes = run.statefulSet().spec.serviceName;
    expect(run.broker.connection.url).toBe(`amqps://${nodes}:5671/`);
    expect(run.broker.connection.serverName).toBe(run.broker.serviceName);
    for (const variables of [env(run.seederJob(), ContainerName.SEEDER), env(run.workerJob(), ContainerName.COURIER)]) {
      expect(variables).toMatchObject({
        [EnvName.BROKER_URL]: `amqps://${nodes}:5671/`,
        [EnvName.BROKER_SERVER_NAME]: run.broker.serviceName,
        [EnvName.BROKER_CA_FILE]: `${MountPath.AUTHORITIES}/${AUTHORITIES_FILE}`,
      });
    }
  });

  test.each([
    ['of a Secret', runWithSecret],
    ['of an issuer', () => new SynthesizedRun({ broker: { tls: issued } })],
  ])('clients get the authorities of a certificate %s, but neither the certificate nor its key', (_, make) => {
    const run = make();
    const certificate = certificateSecret(run);
    for (const [job, name] of [
      [run.seederJob(), ContainerName.SEEDER],
      [run.workerJob(), ContainerName.COURIER],
    ] as const) {
      const secrets = job.spec.template.spec.volumes.filter(({ secret }: Json) => secret?.secretName === certificate);
      expect(secrets).toEqual([
        {
          name: BrokerVolume.AUTHORITIES,
          secret: { secretName: certificate, items: [{ key: 'ca.crt', path: AUTHORITIES_FILE }] },
        },
      ]);
      expect(container(job, name).volumeMounts).toContainEqual({
        name: BrokerVolume.AUTHORITIES,
        mountPath: MountPath.AUTHORITIES,
        readOnly: true,
      });
    }
  });

  test('the program does not get the authorities', () => {
    const mounts = container(runWithSecret().workerJob(), ContainerName.WORKER).volumeMounts;
    expect(mounts.map(({ name }: Json) => name)).not.toContain(BrokerVolume.AUTHORITIES);
  });

  test('without TLS, clients get neither authorities nor a server name', () => {
    const run = new SynthesizedRun();
    expect(run.broker.connection).not.toHaveProperty('trust');
    expect(run.broker.connection).not.toHaveProperty('serverName');
    const names = Object.keys(env(run.seederJob(), ContainerName.SEEDER));
    expect(names.filter((name) => /CA_FILE|SERVER_NAME/.test(name))).toEqual([]);
  });
});

/** The Secret from which the server gets its certificate. */
function certificateSecret(run: SynthesizedRun): string {
  const mounts = container(run.statefulSet(), ContainerName.RABBITMQ).volumeMounts;
  const { name } = mounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
  const { volumes } = run.statefulSet().spec.template.spec;
  return volumes.find((volume: Json) => volume.name === name).secret.secretName;
}
