import { EnvValue, Volume, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { AUTHORITIES_FILE, BrokerVolume, CredentialFile } from '../contract/broker-secrets';
import { EnvName } from '../contract/environment';
import { MountPath } from '../contract/mount-paths';
import { requireProps, requireType } from '../validation/props';
import type { IBroker } from './broker';

/** What a container of this package needs to reach a broker. */
export interface BrokerClient {
  readonly env: Record<string, EnvValue>;
  readonly volumeMounts: VolumeMount[];
}

export function brokerClient(user: Construct, broker: IBroker): BrokerClient {
  const context = `broker '${broker.node.path}'`;
  requireProps(context, 'BrokerConnection', broker.connection);
  requireType(context, 'clientLabels', 'string{}?', broker.clientLabels);
  const { url, credentials, hostKey, portKey, serverName, trust } = broker.connection;
  const authorities = trust?._volume(user);
  return {
    env: {
      ...(hostKey !== undefined && { [EnvName.BROKER_HOST]: credentials.envValue(hostKey) }),
      ...(portKey !== undefined && { [EnvName.BROKER_PORT]: credentials.envValue(portKey) }),
      [EnvName.BROKER_URL]: EnvValue.fromValue(url),
      [EnvName.BROKER_CREDENTIALS_DIR]: EnvValue.fromValue(MountPath.CREDENTIALS),
      ...(authorities && {
        [EnvName.BROKER_CA_FILE]: EnvValue.fromValue(`${MountPath.AUTHORITIES}/${AUTHORITIES_FILE}`),
      }),
      ...(serverName !== undefined && { [EnvName.BROKER_SERVER_NAME]: EnvValue.fromValue(serverName) }),
    },
    volumeMounts: [
      { path: MountPath.CREDENTIALS, volume: credentialsVolume(user, broker), readOnly: true },
      ...(authorities ? [{ path: MountPath.AUTHORITIES, volume: authorities, readOnly: true }] : []),
    ],
  };
}

/** A volume instead of variables, so that a client that has to reconnect uses the current password. */
export function credentialsVolume(user: Construct, broker: IBroker): Volume {
  const {
    credentials,
    usernameKey = CredentialFile.USERNAME,
    passwordKey = CredentialFile.PASSWORD,
  } = broker.connection;
  return Volume.fromSecret(user, 'CredentialsVolume', credentials, {
    name: BrokerVolume.CREDENTIALS,
    items: { [usernameKey]: { path: CredentialFile.USERNAME }, [passwordKey]: { path: CredentialFile.PASSWORD } },
  });
}
