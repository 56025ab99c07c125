import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  CertificateSpecPrivateKeyAlgorithm,
  CertificateSpecPrivateKeyRotationPolicy,
  CertificateSpecUsages,
  Certificate as CertManagerCertificate,
} from '../../../imports/cert-manager.io';

export interface CertificateProps {
  /** The Secret that cert-manager makes, with the keys `tls.crt`, `tls.key` and `ca.crt`. */
  readonly secretName: string;
  /** The names that clients know the server by. */
  readonly dnsNames: string[];
  readonly issuerName: string;
  readonly issuerKind: 'Issuer' | 'ClusterIssuer';
}

/**
 * A certificate of a server, which cert-manager makes and renews. How long it is valid is cert-manager's to say.
 *
 * An `ApiObject` with the imported manifest, not the imported class itself: that renders after the JSON patches, and would
 * drop every field that a newer cert-manager has.
 */
export class Certificate extends ApiObject {
  constructor(scope: Construct, id: string, props: CertificateProps) {
    const { secretName, dnsNames, issuerName, issuerKind } = props;
    const manifest = CertManagerCertificate.manifest({
      spec: {
        secretName,
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
          // Before 1.18, cert-manager's default was to keep the key for ever.
          rotationPolicy: CertificateSpecPrivateKeyRotationPolicy.ALWAYS,
        },
      },
    });
    super(scope, id, manifest);
  }
}
