import type { ISecret } from 'cdk8s-plus-28';
import { Check } from '../validation/check';
import { requireProps, requireType } from '../validation/props';

/** The kinds of cert-manager issuers. https://cert-manager.io/docs/configuration/ */
export enum IssuerKind {
  /** An issuer in the broker's namespace. */
  ISSUER = 'Issuer',

  /** An issuer of the whole cluster. */
  CLUSTER_ISSUER = 'ClusterIssuer',
}

/** A cert-manager issuer. */
export interface CertManagerIssuer {
  /** The issuer's name. */
  readonly name: string;

  /**
   * The issuer's kind.
   *
   * @default IssuerKind.ISSUER
   */
  readonly kind?: IssuerKind;
}

/** Where the certificate of a broker comes from. */
export class Tls {
  /**
   * Uses the certificate in a Secret with the keys `tls.crt`, `tls.key` and `ca.crt`, all in PEM. The certificate must
   * be valid for the name of the broker's Service, see `RabbitMQ.serviceName`. Clients trust only `ca.crt`. RabbitMQ
   * loads a renewed certificate by itself. https://www.rabbitmq.com/docs/ssl
   *
   * @param secret the Secret, in the chart's namespace
   */
  public static fromSecret(secret: ISecret): Tls {
    requireType('Tls.fromSecret', 'secret', 'ISecret', secret);
    return new Tls(secret, undefined);
  }

  /**
   * Uses a certificate that cert-manager issues and renews, for the names of the broker's Services. The issuer must
   * write `ca.crt`: a CA issuer does, an ACME issuer does not. cert-manager must be installed in the cluster.
   * https://cert-manager.io/docs/usage/certificate/
   *
   * @param issuer the issuer, which must exist
   * @throws if the issuer's name cannot be the name of a Kubernetes object
   */
  public static certManager(issuer: CertManagerIssuer): Tls {
    requireProps('Tls.certManager', 'CertManagerIssuer', issuer);
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
