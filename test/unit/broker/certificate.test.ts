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

test("is cert-manager's, in the namespace of the chart", () => {
  const object = certificate().object();
  expect(object).toMatchObject({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' });
  expect(object.metadata.namespace).toBe('research');
});

test('is for the names of the server, and comes in the Secret that was named', () => {
  expect(spec()).toMatchObject({ secretName: 'rabbitmq-tls', dnsNames: ['rabbitmq', 'rabbitmq.research.svc'] });
});

test.each(['Issuer', 'ClusterIssuer'] as const)('may be of an %s', (issuerKind) => {
  expect(spec({ issuerKind }).issuerRef).toEqual({ kind: issuerKind, name: 'research-ca' });
});

test('is good for a server, and for nobody who poses as a client with it', () => {
  expect(spec().usages).toEqual(['server auth', 'digital signature', 'key encipherment']);
});

test('has a new elliptic key whenever it is renewed', () => {
  expect(spec().privateKey).toEqual({ algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' });
});

test("is valid as long as cert-manager's default says", () => {
  expect(Object.keys(spec())).not.toEqual(expect.arrayContaining([expect.stringMatching(/duration|renewBefore/)]));
});

test('can be patched with a field that the imported definition does not have', () => {
  const { construct, object } = certificate();
  ApiObject.of(construct).addJsonPatch(JsonPatch.add('/spec/ofTomorrow', true));
  expect(object().spec.ofTomorrow).toBe(true);
});
