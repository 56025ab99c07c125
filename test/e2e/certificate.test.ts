import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Certificate } from '../../lib/broker/private/certificate';
import { useNamespace } from '../../tools/cluster/namespace';
import { newChart } from '../../tools/synthesized-run';
import { certManagerReady, useCertManager } from './support/cert-manager';
import { describeOnTestCluster } from './support/custom-resources';

const NAMES = ['rabbitmq', 'rabbitmq.research.svc'];

/** The tests follow one another. */
describeOnTestCluster('a certificate, by cert-manager', () => {
  const { namespace, test } = useNamespace();
  const chart = newChart();
  const certificate = new Certificate(chart, 'server', {
    secretName: 'rabbitmq-tls',
    dnsNames: NAMES,
    issuerName: 'authority',
    issuerKind: 'Issuer',
  });
  useCertManager(namespace, 'authority');

  test('is made for the names of the server, with its key, and signed by the authority', async () => {
    expect(await namespace.apply(chart.toJson())).toEqual([expect.stringMatching(/ created$/)]);
    await certManagerReady(namespace, 'certificate', certificate.name);
    const { data } = await namespace.get('secret', 'rabbitmq-tls');
    const [own, authority] = ['tls.crt', 'ca.crt'].map((key) => new X509Certificate(Buffer.from(data[key], 'base64')));
    expect(own.verify(authority.publicKey)).toBe(true);
    expect(own.subjectAltName).toBe(NAMES.map((name) => `DNS:${name}`).join(', '));
    expect(own.checkPrivateKey(createPrivateKey(Buffer.from(data['tls.key'], 'base64')))).toBe(true);
    expect(own.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  test('stays as it is when it is applied again', async () => {
    const before = await namespace.get('secret', 'rabbitmq-tls');
    expect(await namespace.apply(chart.toJson())).toEqual([expect.stringMatching(/ unchanged$/)]);
    expect(await namespace.get('secret', 'rabbitmq-tls')).toEqual(before);
  });
});
