import { AUTHORITIES_FILE, BrokerVolume, CredentialFile } from '../../lib/contract/broker-secrets';
import { EnvName } from '../../lib/contract/environment';
import type { Job } from '../kubernetes/objects';
import { containerOf, variableOf, volumeOf } from '../kubernetes/pod-template';

/** A key of a Secret or a ConfigMap. */
export interface KeyOf {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
}

/** How the pods of a Job reach their broker, as the Job's pod template says it. */
export interface BrokerFacts {
  /** May refer to {@link variables}. */
  readonly url: string;
  /** The variables whose values are in a Secret. Kubernetes expands them in the URL. */
  readonly variables: Readonly<Record<string, KeyOf>>;
  readonly username: KeyOf;
  readonly password: KeyOf;
  /** The certificates of the authorities to trust. Without them, those that Node.js trusts. */
  readonly authorities?: KeyOf;
  /** The name that the broker's certificate must be valid for, if that is not the host of the URL. */
  readonly serverName?: string;
}

/** Undefined if the Job's container is not one of this package, or was changed so much that the broker is not known. */
export function brokerFacts(job: Job, containerName: string): BrokerFacts | undefined {
  const container = containerOf(job, containerName);
  const url = container && variableOf(container, EnvName.BROKER_URL)?.value;
  const username = fileOf(job, BrokerVolume.CREDENTIALS, CredentialFile.USERNAME);
  const password = fileOf(job, BrokerVolume.CREDENTIALS, CredentialFile.PASSWORD);
  if (!url || !username || !password) return undefined;
  const variables: Record<string, KeyOf> = {};
  for (const name of [EnvName.BROKER_HOST, EnvName.BROKER_PORT]) {
    const from = variableOf(container, name)?.valueFrom?.secretKeyRef;
    if (from?.name) variables[name] = { kind: 'Secret', name: from.name, key: from.key };
  }
  return {
    ...{ url, variables, username, password },
    authorities: fileOf(job, BrokerVolume.AUTHORITIES, AUTHORITIES_FILE),
    serverName: variableOf(container, EnvName.BROKER_SERVER_NAME)?.value,
  };
}

/** Where a file of a volume comes from. */
function fileOf(job: Job, volumeName: string, path: string): KeyOf | undefined {
  const { secret, configMap } = volumeOf(job, volumeName) ?? {};
  const key = (secret ?? configMap)?.items?.find((item) => item.path === path)?.key ?? path;
  if (secret?.secretName) return { kind: 'Secret', name: secret.secretName, key };
  return configMap?.name ? { kind: 'ConfigMap', name: configMap.name, key } : undefined;
}
