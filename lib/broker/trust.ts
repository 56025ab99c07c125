import { type IConfigMap, type ISecret, Volume } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { AUTHORITIES_FILE, BrokerVolume } from '../contract/broker-secrets';
import { requireType } from '../validation/props';
import { CertificateKey } from './private/certificate-keys';

/** The certificate authorities from which clients accept a broker's certificate. */
export class Trust {
  /**
   * Trusts the authorities in a Secret, in PEM. Pods get only this key, so the Secret may be that of the broker's
   * certificate, which also contains the private key.
   * https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets
   *
   * @param secret the Secret, in the chart's namespace
   * @param key the key of the authorities' certificates; by default `ca.crt`, cert-manager's name for it
   */
  public static fromSecret(secret: ISecret, key: string = CertificateKey.AUTHORITIES): Trust {
    requireType('Trust.fromSecret', 'secret', 'ISecret', secret);
    requireType('Trust.fromSecret', 'key', 'string', key);
    return new Trust((scope) =>
      Volume.fromSecret(scope, 'AuthoritiesVolume', secret, {
        name: BrokerVolume.AUTHORITIES,
        items: { [key]: { path: AUTHORITIES_FILE } },
      }),
    );
  }

  /**
   * Trusts the authorities in a ConfigMap, in PEM.
   *
   * @param configMap the ConfigMap, in the chart's namespace
   * @param key the key of the authorities' certificates; by default `ca.crt`
   */
  public static fromConfigMap(configMap: IConfigMap, key: string = CertificateKey.AUTHORITIES): Trust {
    requireType('Trust.fromConfigMap', 'configMap', 'IConfigMap', configMap);
    requireType('Trust.fromConfigMap', 'key', 'string', key);
    return new Trust((scope) =>
      Volume.fromConfigMap(scope, 'AuthoritiesVolume', configMap, {
        name: BrokerVolume.AUTHORITIES,
        items: { [key]: { path: AUTHORITIES_FILE } },
      }),
    );
  }

  /** Trusts the public authorities that Node.js trusts. https://nodejs.org/api/tls.html#tlsrootcertificates */
  public static publicAuthorities(): Trust {
    return new Trust(() => undefined);
  }

  private constructor(private readonly volume: (scope: Construct) => Volume | undefined) {}

  /** @internal */
  public _volume(scope: Construct): Volume | undefined {
    return this.volume(scope);
  }
}
