import { Secret } from 'cdk8s-plus-28';
import { IssuerKind, RabbitMQ, type RabbitMQProps, Tls } from '../../../lib/index';
import { container, env, type Json, newChart, SynthesizedRun } from '../../../tools/synthesized-run';
import { brokerOf } from '../../support/broker-of';

const CERTIFICATE_FOLDER = '/etc/rabbitmq/certificate';
const issued = Tls.certManager({ name: 'research-ca' });

/** A certificate in a Secret that is there. */
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
    ['without TLS: plain', {}, [5672]],
    ['without TLS, plain said: plain', { plaintext: true }, [5672]],
    ['with TLS: no plain one', { tls: issued }, [5671]],
    ['with TLS, no plain one said: no plain one', { tls: issued, plaintext: false }, [5671]],
    ['with TLS and plain: both', { tls: issued, plaintext: true }, [5672, 5671]],
  ])('%s', (_, props, expected) => {
    const { one, server, settings } = brokerOf(props);
    expect(ports(one('Service'))).toEqual([expected, expected]);
    expect(numbers(server)).toEqual(expected);
    const plain = expected.includes(5672);
    expect(settings['listeners.tcp.default']).toBe(plain ? '5672' : undefined);
    // Without that RabbitMQ would open its usual port.
    expect(settings['listeners.tcp']).toBe(plain ? undefined : 'none');
    expect(settings['listeners.ssl.default']).toBe(expected.includes(5671) ? '5671' : undefined);
  });

  test('have names, by which the Services find them', () => {
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

  test('are probed where one is served', () => {
    const { server } = brokerOf({ tls: issued });
    expect(server.startupProbe.tcpSocket).toEqual({ port: 5671 });
    expect(server.readinessProbe.exec.command[2]).toContain('check_port_listener 5671 ');
  });

  test('cannot be none', () => {
    expect(() => brokerOf({ plaintext: false })).toThrow(
      "RabbitMQ 'test/rabbitmq': plaintext is false; it leaves no port without tls. Give a certificate by tls.",
    );
  });
});

describe('the certificate', () => {
  test('of a Secret that is there is mounted into the server, and nothing is made for it', () => {
    const { one, pod, server } = given();
    expect(one('Certificate')).toEqual([]);
    const { name, readOnly } = server.volumeMounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
    expect(readOnly).toBe(true);
    expect(pod.volumes.find((volume: Json) => volume.name === name).secret).toEqual({ secretName: 'own-tls' });
  });

  test('is read by the server from its folder, and clients are not asked for one', () => {
    expect(given().settings).toMatchObject({
      'ssl_options.cacertfile': `${CERTIFICATE_FOLDER}/ca.crt`,
      'ssl_options.certfile': `${CERTIFICATE_FOLDER}/tls.crt`,
      'ssl_options.keyfile': `${CERTIFICATE_FOLDER}/tls.key`,
      'ssl_options.verify': 'verify_none',
      'ssl_options.fail_if_no_peer_cert': 'false',
    });
  });

  test('follows a renewal: no subPath, which would stay as it was at the start', () => {
    const mount = given().server.volumeMounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
    expect(mount).not.toHaveProperty('subPath');
  });

  test.each([
    [undefined, 'Issuer'],
    [IssuerKind.ISSUER, 'Issuer'],
    [IssuerKind.CLUSTER_ISSUER, 'ClusterIssuer'],
  ])('of an issuer of the kind %s is asked of an %s', (kind, expected) => {
    const { one } = brokerOf({ tls: Tls.certManager({ name: 'research-ca', kind }) });
    const [certificate, ...others] = one('Certificate');
    expect(others).toEqual([]);
    expect(certificate.spec.issuerRef).toEqual({ kind: expected, name: 'research-ca' });
  });

  test('of an issuer is for both Services, and comes in the Secret that is mounted', () => {
    const { one, pod, server } = brokerOf({ tls: issued, serviceName: 'rabbitmq-service' });
    const [{ spec }] = one('Certificate');
    const services = one('Service').map(({ metadata }) => metadata.name);
    expect(services[0]).toBe('rabbitmq-service');
    expect(spec.dnsNames).toEqual(services);
    const { name } = server.volumeMounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
    expect(pod.volumes.find((volume: Json) => volume.name === name).secret.secretName).toBe(spec.secretName);
  });

  test('of an issuer is also for the names that other namespaces have for the Services', () => {
    const chart = newChart({ namespace: 'messaging' });
    new RabbitMQ(chart, 'rabbitmq', { tls: issued, serviceName: 'rabbitmq-service' });
    const { spec } = (chart.toJson() as Json[]).find(({ kind }) => kind === 'Certificate');
    expect(spec.dnsNames).toContain('rabbitmq-service');
    expect(spec.dnsNames).toContain('rabbitmq-service.messaging.svc');
    expect(spec.dnsNames).toHaveLength(4);
  });

  test('in a Secret with a dot in its name is mounted as a volume without one', () => {
    const { pod, server } = brokerOf((chart) => ({
      tls: Tls.fromSecret(Secret.fromSecretName(chart, 'Dotted', 'example.com')),
    }));
    const { name } = server.volumeMounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(pod.volumes.find((volume: Json) => volume.name === name).secret.secretName).toBe('example.com');
  });

  test('cannot be of an issuer that cannot be there', () => {
    expect(() => Tls.certManager({ name: 'Research CA' })).toThrow(
      /^Tls\.certManager: name is "Research CA"; it cannot be the name of a Kubernetes object/,
    );
  });

  test('is nowhere without TLS', () => {
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
  ])('uses TLS %s, to the headless Service, by the name of the other', (_, broker) => {
    const run = new SynthesizedRun({ broker });
    const nodes = run.statefulSet().spec.serviceName;
    expect(run.broker.connection.url).toBe(`amqps://${nodes}:5671/`);
    expect(run.broker.connection.serverName).toBe(run.broker.serviceName);
    for (const variables of [env(run.seederJob(), 'seeder'), env(run.workerJob(), 'courier')]) {
      expect(variables).toMatchObject({
        BROKER_URL: `amqps://${nodes}:5671/`,
        BROKER_SERVER_NAME: run.broker.serviceName,
        BROKER_CA_FILE: '/opt/work-queue/authorities/ca.crt',
      });
    }
  });

  test.each([
    ['of a Secret that is there', runWithSecret],
    ['of an issuer', () => new SynthesizedRun({ broker: { tls: issued } })],
  ])('has the authorities of a certificate %s, and neither it nor its key', (_, make) => {
    const run = make();
    const certificate = certificateSecret(run);
    for (const [job, name] of [
      [run.seederJob(), 'seeder'],
      [run.workerJob(), 'courier'],
    ] as const) {
      const secrets = job.spec.template.spec.volumes.filter(({ secret }: Json) => secret?.secretName === certificate);
      expect(secrets).toEqual([
        {
          name: 'work-queue-authorities',
          secret: { secretName: certificate, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
        },
      ]);
      expect(container(job, name).volumeMounts).toContainEqual({
        name: 'work-queue-authorities',
        mountPath: '/opt/work-queue/authorities',
        readOnly: true,
      });
    }
  });

  test('keeps the authorities from your program too', () => {
    const mounts = container(runWithSecret().workerJob(), 'worker').volumeMounts;
    expect(mounts.map(({ name }: Json) => name)).not.toContain('work-queue-authorities');
  });

  test('has none of it without TLS', () => {
    const run = new SynthesizedRun();
    expect(run.broker.connection).not.toHaveProperty('trust');
    expect(run.broker.connection).not.toHaveProperty('serverName');
    const names = Object.keys(env(run.seederJob(), 'seeder'));
    expect(names.filter((name) => /CA_FILE|SERVER_NAME/.test(name))).toEqual([]);
  });
});

/** The Secret that the server has its certificate from. */
function certificateSecret(run: SynthesizedRun): string {
  const mounts = container(run.statefulSet(), 'rabbitmq').volumeMounts;
  const { name } = mounts.find(({ mountPath }: Json) => mountPath === CERTIFICATE_FOLDER);
  const { volumes } = run.statefulSet().spec.template.spec;
  return volumes.find((volume: Json) => volume.name === name).secret.secretName;
}
