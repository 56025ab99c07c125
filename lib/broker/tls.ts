import type { ISecret } from 'cdk8s-plus-28';
import { Check } from '../validation/check';

/** The kinds of objects that cert-manager issues certificates by. https://cert-manager.io/docs/configuration/ */
export enum IssuerKind {
  /** An issuer of one namespace: the broker's. */
  ISSUER = 'Issuer',

  /** An issuer of the whole cluster. */
  CLUSTER_ISSUER = 'ClusterIssuer',
}

/** An issuer of cert-manager. */
export interface CertManagerIssuer {
  /** The issuer's name. */
  readonly name: string;

  /**
   * Its kind.
   *
   * @default IssuerKind.ISSUER
   */
  readonly kind?: IssuerKind;
}

/** Where the certificate of a broker comes from. */
export class Tls {
  /**
   * A Secret with the keys `tls.crt`, `tls.key` and `ca.crt`, all PEM. The certificate must be valid for the name of the
   * broker's Service, see `RabbitMQ.serviceName`. Clients trust `ca.crt` alone. RabbitMQ takes up a renewed certificate by
   * itself. https://www.rabbitmq.com/docs/ssl
   *
   * @param secret the Secret, in the namespace of the chart
   */
  public static fromSecret(secret: ISecret): Tls {
    return new Tls(secret, undefined);
  }

  /**
   * A certificate that cert-manager issues and renews, for the names of the broker's Service. The issuer must be one that
   * writes `ca.crt`, as a CA issuer does and ACME does not. cert-manager must be in the cluster.
   * https://cert-manager.io/docs/usage/certificate/
   *
   * @param issuer the issuer, which is there already
   * @throws where the issuer's name cannot be that of a Kubernetes object
   */
  public static certManager(issuer: CertManagerIssuer): Tls {
    new Check('Tls.certManager').objectName('name', issuer.name);
    return new Tls(undefined, issuer);
  }

  private constructor(
    private readonly secret: ISecret | undefined,
    private readonly issuer: CertManagerIssuer | undefined,
  ) {}

  /** @internal */
  public get _secret(): ISecret | undefined {
    return this.secret;
  }

  /** @internal */
  public get _issuer(): CertManagerIssuer | undefined {
    return this.issuer;
  }
}
