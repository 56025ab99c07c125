import { EnvValue } from 'cdk8s-plus-28';
import type { IBroker } from '../broker';
import { Env } from '../contract';

/** How a container of ours reaches the broker. */
export function brokerEnv(broker: IBroker): Record<string, EnvValue> {
  const { url, credentials, usernameKey = 'username', passwordKey = 'password' } = broker.connection;
  return {
    [Env.BROKER_URL]: EnvValue.fromValue(url),
    [Env.BROKER_USERNAME]: credentials.envValue(usernameKey),
    [Env.BROKER_PASSWORD]: credentials.envValue(passwordKey),
  };
}
