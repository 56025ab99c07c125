import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  CertificateSpecPrivateKeyAlgorithm,
  CertificateSpecPrivateKeyRotationPolicy,
  CertificateSpecUsages,
  Certificate as CertManagerCertificate,
} from '../../../imports/cert-manager.io';
import { chartLabels } from '../../manifest/labels';

export interface CertificateProps {
  /** The Secret that cert-manager creates, with the keys of `CertificateKey`. */
  readonly secretName: string;
  /** The names by which clients know the server. */
  readonly dnsNames: string[];
  readonly issuerName: string;
  readonly issuerKind: 'Issuer' | 'ClusterIssuer';
}

/**
 * A server's certificate, which cert-manager issues and renews. cert-manager decides how long it is valid.
 *
 * This is an `ApiObject` with the imported manifest, not the imported class: the imported class renders after the JSON
 * patches, and would drop every field that only a newer cert-manager knows.
 */
export class Certificate extends ApiObject {
  constructor(scope: Construct, id: string, props: CertificateProps) {
    const { secretName, dnsNames, issuerName, issuerKind } = props;
    const manifest = CertManagerCertificate.manifest({
      spec: {
        secretName,
        secretTemplate: { labels: chartLabels(scope) },
        dnsNames,
        issuerRef: { kind: issuerKind, name: issuerName },
        usages: [
          CertificateSpecUsages.SERVER_AUTH,
          CertificateSpecUsages.DIGITAL_SIGNATURE,
          CertificateSpecUsages.KEY_ENCIPHERMENT,
        ],
        privateKey: {
          algorithm: CertificateSpecPrivateKeyAlgorithm.ECDSA,
          size: 256,
          // By default, cert-manager before 1.18 keeps the key forever.
          rotationPolicy: CertificateSpecPrivateKeyRotationPolicy.ALWAYS,
        },
      },
    });
    super(scope, id, manifest);
  }
}
