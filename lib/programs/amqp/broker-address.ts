import { readFileSync } from 'node:fs';
import { CredentialFile } from '../../contract/broker-secrets';
import { EnvName } from '../../contract/environment';
import { requireEnv } from '../runtime/environment';
import { readSecretFile } from '../runtime/secret-file';
import { parseBrokerUrl } from './broker-url';

export interface BrokerAddress {
  /** An IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
  /** Percent-encoded, as in the URL. */
  readonly virtualHost: string;
  /** Over TLS, with the broker's certificate verified. */
  readonly tls: boolean;
  /** The name that the certificate must be valid for. */
  readonly serverName: string;
  /** The credentials as they are now: a Secret may change while a pod runs. */
  credentials(): Credentials;
  /** The certificates of the authorities to trust, as they are now. Nothing stands for those that Node.js trusts. */
  authorities(): Buffer | undefined;
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** `BROKER_URL`, with the credentials in files (the constructs) or in the URL (a person at a terminal). */
export function brokerFromEnvironment(): BrokerAddress {
  const { username, password, host, port, virtualHost, tls } = parseBrokerUrl(requireEnv(EnvName.BROKER_URL));
  const inUrl = { username, password };
  const caFile = process.env[EnvName.BROKER_CA_FILE];
  return {
    ...{ host, port, virtualHost, tls },
    serverName: process.env[EnvName.BROKER_SERVER_NAME] || host,
    credentials: () => (username ? inUrl : credentialsFrom(requireEnv(EnvName.BROKER_CREDENTIALS_DIR))),
    authorities: () => (caFile ? readFileSync(caFile) : undefined),
  };
}

function credentialsFrom(folder: string): Credentials {
  return {
    username: readSecretFile(folder, CredentialFile.USERNAME),
    password: readSecretFile(folder, CredentialFile.PASSWORD),
  };
}

/** For the log: without credentials. */
export function addressText({ host, port, virtualHost, tls }: BrokerAddress): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${tls ? 'amqps' : 'amqp'}://${shown}:${port}/${virtualHost === '%2F' ? '' : virtualHost}`;
}
