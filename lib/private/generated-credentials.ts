import { ApiResource, EnvValue, type ISecret, k8s, Role, Secret, ServiceAccount } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Container, Env } from '../contract';
import { ContentNamedJob, IGNORE_DISRUPTION, type JobSettings } from './content-named-job';
import { programContainer, programsVolume } from './program-container';

/**
 * A Secret with a user's name and a random password that a Job makes once, in the cluster: it stands in no manifest, and
 * nobody has seen it. A Secret that is there stays as it is.
 */
export class GeneratedCredentials extends Construct {
  public readonly secret: ISecret;

  constructor(scope: Construct, id: string, secretName: string) {
    super(scope, id);
    this.secret = Secret.fromSecretName(this, 'Secret', secretName);
    const serviceAccount = new ServiceAccount(this, 'ServiceAccount');
    const role = new Role(this, 'Role');
    // "create" cannot be bound to a name: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
    role.allow(['create'], ApiResource.SECRETS);
    role.allow(['get'], this.secret);
    // Not cdk8s-plus' RoleBinding: it writes an empty "apiGroup", which the API server drops, so each `kubectl apply` changes it.
    const binding = new k8s.KubeRoleBinding(this, 'RoleBinding', {
      roleRef: { apiGroup: role.apiGroup, kind: role.kind, name: role.name },
      subjects: [{ kind: serviceAccount.kind, name: serviceAccount.name }],
    });
    const job = new CredentialsJob(this, 'Job', serviceAccount, secretName);
    job.node.addDependency(binding);
  }
}

class CredentialsJob extends ContentNamedJob {
  constructor(scope: Construct, id: string, serviceAccount: ServiceAccount, secretName: string) {
    super(scope, id, Container.CREDENTIALS, { serviceAccount, automountServiceAccountToken: true });
    this.addContainer(
      programContainer(this, {
        name: Container.CREDENTIALS,
        program: 'credentials',
        programs: programsVolume(this, 'credentials', ['credentials.js']),
        env: { [Env.SECRET_NAME]: EnvValue.fromValue(secretName) },
      }),
    );
  }

  /** @internal */
  public _settings(): JobSettings {
    return { backoffLimit: 6, podFailurePolicy: { rules: [IGNORE_DISRUPTION] } };
  }
}
