import { Names } from 'cdk8s';
import {
  ApiResource,
  type ContainerResources,
  EnvValue,
  type ISecret,
  k8s,
  Pod,
  Role,
  Secret,
  ServiceAccount,
  type Workload,
  type WorkloadProps,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { ContainerName } from '../../contract/containers';
import { EnvName } from '../../contract/environment';
import { Label } from '../../contract/labels';
import { MountPath } from '../../contract/mount-paths';
import {
  BACKOFF_LIMIT,
  ContentNamedJob,
  IGNORE_DISRUPTION,
  type JobSettings,
  READY_SECONDS,
} from '../../manifest/content-named-job';
import { chartLabels } from '../../manifest/labels';
import { type ProgramContainerOptions, programContainer, programsVolume } from '../../manifest/program-container';

export interface GeneratedCredentialsProps {
  /** An existing Secret for seeders and couriers. Without it, a Secret is generated. */
  readonly credentials?: ISecret;
  readonly dockerRegistryAuth?: ISecret;
  readonly credentialsResources?: ContainerResources;
}

/**
 * The Secrets of a broker, with random passwords. A Job creates them in the cluster, once, so no manifest contains a
 * password and no one has seen one. The Job does not change a Secret that exists.
 */
export class GeneratedCredentials extends Construct {
  /** The Secret with the user of seeders and couriers: the given one, or a generated one. */
  public readonly client: ISecret;
  /** The Secret with the administrator, and with the Erlang cookie of the nodes. */
  public readonly admin: ISecret;
  /** The Job that creates the Secrets. */
  public readonly job: Workload;
  /** The labels by which the Job's pods are selected. */
  public readonly podLabels: Record<string, string>;

  constructor(scope: Construct, id: string, brokerName: string, props: GeneratedCredentialsProps) {
    super(scope, id);
    const { credentials: given, dockerRegistryAuth } = props;
    const [clientName, adminName] = [`${brokerName}-credentials`, `${brokerName}-admin`];
    this.client = given ?? Secret.fromSecretName(this, 'Secret', clientName);
    this.admin = Secret.fromSecretName(this, 'Admin', adminName);
    const serviceAccount = new ServiceAccount(this, 'ServiceAccount');
    const role = new Role(this, 'Role');
    // Only "create", not "get": Kubernetes itself refuses a Secret that exists. It cannot restrict "create" to a name:
    // https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
    role.allow(['create'], ApiResource.SECRETS);
    // Not the RoleBinding of cdk8s-plus: it writes an empty "apiGroup", which the API server drops, so every `kubectl
    // apply` would change it.
    const binding = new k8s.KubeRoleBinding(this, 'RoleBinding', {
      roleRef: { apiGroup: role.apiGroup, kind: role.kind, name: role.name },
      subjects: [{ kind: serviceAccount.kind, name: serviceAccount.name }],
    });
    binding.node.addDependency(serviceAccount, role);
    const env = {
      [EnvName.SERVICE_ACCOUNT_DIR]: EnvValue.fromValue(MountPath.SERVICE_ACCOUNT),
      ...(!given && { [EnvName.CLIENT_SECRET]: EnvValue.fromValue(clientName) }),
      [EnvName.ADMIN_SECRET]: EnvValue.fromValue(adminName),
      [EnvName.CHART]: EnvValue.fromValue(chartLabels(this)[Label.CHART]),
    };
    const container = { env, resources: props.credentialsResources };
    const job = new CredentialsJob(this, 'Job', container, { serviceAccount, dockerRegistryAuth });
    this.job = job;
    // A pod that starts before it has its right is refused at first.
    job.node.addDependency(binding);
    this.podLabels = { [Pod.ADDRESS_LABEL]: Names.toLabelValue(job) };
  }
}

class CredentialsJob extends ContentNamedJob {
  constructor(
    scope: Construct,
    id: string,
    container: Pick<ProgramContainerOptions, 'env' | 'resources'>,
    props: WorkloadProps,
  ) {
    super(scope, id, ContainerName.CREDENTIALS, { ...props, automountServiceAccountToken: true });
    this.addContainer(
      programContainer(this, {
        name: ContainerName.CREDENTIALS,
        program: 'credentials',
        programs: programsVolume(this, 'credentials'),
        ...container,
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
