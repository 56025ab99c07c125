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
  type JobPodProps,
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
  readonly priorityClassName?: string;
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
    const { credentials: given, dockerRegistryAuth, priorityClassName } = props;
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
    const job = new CredentialsJob(this, 'Job', container, { serviceAccount, dockerRegistryAuth, priorityClassName });
    this.job = job;
    // A pod that starts before it has its right is refused at first.
    job.node.addDependency(binding);
    this.podLabels = { [Pod.ADDRESS_LABEL]: Names.toLabelValue(job) };
  }
}

/** With the API server's default `apiVersion`: `kubectl apply` compares the list of sources as a whole. */
const TOKEN_VOLUME: k8s.Volume = {
  name: 'work-queue-token',
  projected: {
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardApi: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  },
};

class CredentialsJob extends ContentNamedJob {
  constructor(
    scope: Construct,
    id: string,
    container: Pick<ProgramContainerOptions, 'env' | 'resources'>,
    props: JobPodProps,
  ) {
    super(scope, id, ContainerName.CREDENTIALS, props);
    this.addContainer(
      programContainer(this, {
        name: ContainerName.CREDENTIALS,
        program: 'credentials',
        programs: programsVolume(this, 'credentials'),
        ...container,
      }),
    );
  }

  /**
   * Adds the token of the service account, and what else the kubelet would mount with it, as a volume: many clusters
   * forbid `automountServiceAccountToken`, and this token is valid for an hour only. cdk8s-plus has no projected volumes.
   * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-token-volume
   *
   * @internal
   */
  public override _toPodSpec(): k8s.PodSpec {
    const spec = super._toPodSpec();
    const mount = { name: TOKEN_VOLUME.name, mountPath: MountPath.SERVICE_ACCOUNT, readOnly: true };
    const containers = spec.containers.map((container) => ({
      ...container,
      volumeMounts: [...(container.volumeMounts ?? []), mount],
    }));
    return { ...spec, containers, volumes: [...(spec.volumes ?? []), TOKEN_VOLUME] };
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
