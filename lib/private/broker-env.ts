import { EnvValue } from 'cdk8s-plus-28';
import type { IBroker } from '../broker';
import { Env } from '../contract';

/** How a container of ours reaches the broker. */
export function brokerEnv(broker: IBroker): Record<string, EnvValue> {
  const { url, credentials, usernameKey = 'username', passwordKey = 'password', hostKey, portKey } = broker.connection;
  return {
    // Before the address: Kubernetes expands only what stands before.
    ...(hostKey !== undefined && { [Env.BROKER_HOST]: credentials.envValue(hostKey) }),
    ...(portKey !== undefined && { [Env.BROKER_PORT]: credentials.envValue(portKey) }),
    [Env.BROKER_URL]: EnvValue.fromValue(url),
    [Env.BROKER_USERNAME]: credentials.envValue(usernameKey),
    [Env.BROKER_PASSWORD]: credentials.envValue(passwordKey),
  };
}
