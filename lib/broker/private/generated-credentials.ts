import {
  ApiResource,
  EnvValue,
  type ISecret,
  k8s,
  Role,
  Secret,
  ServiceAccount,
  type WorkloadProps,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { ContainerName } from '../../contract/containers';
import { EnvName } from '../../contract/environment';
import {
  BACKOFF_LIMIT,
  ContentNamedJob,
  IGNORE_DISRUPTION,
  type JobSettings,
  READY_SECONDS,
} from '../../manifest/content-named-job';
import { programContainer, programsVolume } from '../../manifest/program-container';

export interface GeneratedCredentialsProps {
  /** The user's own Secret for seeders and couriers; without it one is generated. */
  readonly credentials?: ISecret;
  readonly dockerRegistryAuth?: ISecret;
}

/**
 * The Secrets of a broker, with random passwords, which a Job makes once, in the cluster: they stand in no manifest, and
 * nobody has seen them. A Secret that is there stays as it is.
 */
export class GeneratedCredentials extends Construct {
  /** The user of seeders and couriers: the given one, or a generated one. */
  public readonly client: ISecret;
  /** The administrator, and the Erlang cookie of the nodes. */
  public readonly admin: ISecret;

  constructor(scope: Construct, id: string, brokerName: string, props: GeneratedCredentialsProps) {
    super(scope, id);
    const { credentials: given, dockerRegistryAuth } = props;
    const [clientName, adminName] = [`${brokerName}-credentials`, `${brokerName}-admin`];
    this.client = given ?? Secret.fromSecretName(this, 'Secret', clientName);
    this.admin = Secret.fromSecretName(this, 'Admin', adminName);
    const serviceAccount = new ServiceAccount(this, 'ServiceAccount');
    const role = new Role(this, 'Role');
    // "create" cannot be bound to a name: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
    role.allow(['create'], ApiResource.SECRETS);
    role.allow(['get'], ...(given ? [this.admin] : [this.client, this.admin]));
    // Not cdk8s-plus' RoleBinding: it writes an empty "apiGroup", which the API server drops, so each `kubectl apply` changes it.
    const binding = new k8s.KubeRoleBinding(this, 'RoleBinding', {
      roleRef: { apiGroup: role.apiGroup, kind: role.kind, name: role.name },
      subjects: [{ kind: serviceAccount.kind, name: serviceAccount.name }],
    });
    const env = {
      ...(!given && { [EnvName.CLIENT_SECRET]: EnvValue.fromValue(clientName) }),
      [EnvName.ADMIN_SECRET]: EnvValue.fromValue(adminName),
    };
    const job = new CredentialsJob(this, 'Job', env, { serviceAccount, dockerRegistryAuth });
    job.node.addDependency(binding);
  }
}

class CredentialsJob extends ContentNamedJob {
  constructor(scope: Construct, id: string, env: Record<string, EnvValue>, props: WorkloadProps) {
    super(scope, id, ContainerName.CREDENTIALS, { ...props, automountServiceAccountToken: true });
    this.addContainer(
      programContainer(this, {
        name: ContainerName.CREDENTIALS,
        program: 'credentials',
        programs: programsVolume(this, 'credentials'),
        env,
      }),
    );
  }

  /** @internal */
  public _settings(): JobSettings {
    return {
      backoffLimit: BACKOFF_LIMIT,
      activeDeadlineSeconds: READY_SECONDS,
      podFailurePolicy: { rules: [IGNORE_DISRUPTION] },
    };
  }
}
