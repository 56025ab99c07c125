import { EnvValue, Volume, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { AUTHORITIES_FILE, BrokerVolume, CredentialFile } from '../contract/broker-secrets';
import { EnvName } from '../contract/environment';
import { MountPath } from '../contract/mount-paths';
import type { IBroker } from './broker';

/** What a container of ours needs to reach a broker. */
export interface BrokerClient {
  readonly env: Record<string, EnvValue>;
  readonly volumeMounts: VolumeMount[];
}

export function brokerClient(user: Construct, broker: IBroker): BrokerClient {
  const { url, credentials, hostKey, portKey, serverName, trust } = broker.connection;
  const authorities = trust?._volume(user);
  return {
    env: {
      // Before the address: Kubernetes expands only what stands before.
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

/** A volume, not variables: so a client that has to connect again does it with the password of now. */
export function credentialsVolume(user: Construct, broker: IBroker): Volume {
  const { credentials, usernameKey = 'username', passwordKey = 'password' } = broker.connection;
  return Volume.fromSecret(user, 'CredentialsVolume', credentials, {
    name: BrokerVolume.CREDENTIALS,
    items: { [usernameKey]: { path: CredentialFile.USERNAME }, [passwordKey]: { path: CredentialFile.PASSWORD } },
  });
}
