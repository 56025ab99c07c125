import { type IConfigMap, type ISecret, Volume } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { AUTHORITIES_FILE, BrokerVolume } from '../contract/broker-secrets';

const DEFAULT_KEY = 'ca.crt';

/** The authorities whose certificates clients accept from a broker. */
export class Trust {
  /**
   * Those in a Secret, as PEM. Only this key is given to pods, so it may be the Secret of the broker's certificate, which has
   * the private key as well. https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets
   *
   * @param secret the Secret, in the namespace of the chart
   * @param key the key of the certificates; `ca.crt`, as cert-manager names it, unless given
   */
  public static fromSecret(secret: ISecret, key: string = DEFAULT_KEY): Trust {
    return new Trust((scope) =>
      Volume.fromSecret(scope, 'AuthoritiesVolume', secret, {
        name: BrokerVolume.AUTHORITIES,
        items: { [key]: { path: AUTHORITIES_FILE } },
      }),
    );
  }

  /**
   * Those in a ConfigMap, as PEM.
   *
   * @param configMap the ConfigMap, in the namespace of the chart
   * @param key the key of the certificates; `ca.crt` unless given
   */
  public static fromConfigMap(configMap: IConfigMap, key: string = DEFAULT_KEY): Trust {
    return new Trust((scope) =>
      Volume.fromConfigMap(scope, 'AuthoritiesVolume', configMap, {
        name: BrokerVolume.AUTHORITIES,
        items: { [key]: { path: AUTHORITIES_FILE } },
      }),
    );
  }

  /** The public ones, as Node.js has them. https://nodejs.org/api/tls.html#tlsrootcertificates */
  public static publicAuthorities(): Trust {
    return new Trust(() => undefined);
  }

  private constructor(private readonly volume: (scope: Construct) => Volume | undefined) {}

  /** @internal */
  public _volume(scope: Construct): Volume | undefined {
    return this.volume(scope);
  }
}
