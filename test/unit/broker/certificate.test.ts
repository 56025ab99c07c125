import { ApiObject, JsonPatch } from 'cdk8s';
import { Certificate, type CertificateProps } from '../../../lib/broker/private/certificate';
import { type Json, newChart } from '../../../tools/synthesized-run';

function certificate(props: Partial<CertificateProps> = {}) {
  const chart = newChart({ namespace: 'research' });
  const construct = new Certificate(chart, 'certificate', {
    secretName: 'rabbitmq-tls',
    dnsNames: ['rabbitmq', 'rabbitmq.research.svc'],
    issuerName: 'research-ca',
    issuerKind: 'Issuer',
    ...props,
  });
  return { construct, object: (): Json => chart.toJson()[0] };
}

const spec = (props: Partial<CertificateProps> = {}) => certificate(props).object().spec;

test('a certificate is an object of cert-manager, in the namespace of the chart', () => {
  const object = certificate().object();
  expect(object).toMatchObject({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' });
  expect(object.metadata.namespace).toBe('research');
});

test('a certificate is for the given names, and is stored in the given Secret', () => {
  expect(spec()).toMatchObject({ secretName: 'rabbitmq-tls', dnsNames: ['rabbitmq', 'rabbitmq.research.svc'] });
});

test.each(['Issuer', 'ClusterIssuer'] as const)('the issuer of a certificate can be an %s', (issuerKind) => {
  expect(spec({ issuerKind }).issuerRef).toEqual({ kind: issuerKind, name: 'research-ca' });
});

test('a certificate allows server authentication, and not client authentication', () => {
  expect(spec().usages).toEqual(['server auth', 'digital signature', 'key encipherment']);
});

test('a certificate gets a new elliptic key at each renewal', () => {
  expect(spec().privateKey).toEqual({ algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' });
});

test('cert-manager decides how long a certificate is valid', () => {
  expect(Object.keys(spec())).not.toEqual(expect.arrayContaining([expect.stringMatching(/duration|renewBefore/)]));
});

test('a certificate can be patched with a field that the imported definition does not have', () => {
  const { construct, object } = certificate();
  ApiObject.of(construct).addJsonPatch(JsonPatch.add('/spec/ofTomorrow', true));
  expect(object().spec.ofTomorrow).toBe(true);
});
