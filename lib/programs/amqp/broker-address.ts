import { readFileSync } from 'node:fs';
import { CredentialFile } from '../../contract/broker-secrets';
import { EnvName } from '../../contract/environment';
import { EnvironmentError, requireEnv } from '../runtime/environment';
import { readSecretFile } from '../runtime/secret-file';

export interface BrokerAddress {
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

const PORTS: Readonly<Record<string, number>> = { 'amqp:': 5672, 'amqps:': 5671 };

/** `BROKER_URL`, with the credentials in files (the constructs) or in the URL (a person at a terminal). */
export function brokerFromEnvironment(): BrokerAddress {
  const url = brokerUrl();
  const inUrl = { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  const caFile = process.env[EnvName.BROKER_CA_FILE];
  return {
    host: url.hostname,
    port: Number(url.port || PORTS[url.protocol]),
    virtualHost: url.pathname.replace(/^\//, '') || '%2F',
    tls: url.protocol === 'amqps:',
    serverName: process.env[EnvName.BROKER_SERVER_NAME] || url.hostname,
    credentials: () => (inUrl.username ? inUrl : credentialsFrom(requireEnv(EnvName.BROKER_CREDENTIALS_DIR))),
    authorities: () => (caFile ? readFileSync(caFile) : undefined),
  };
}

function brokerUrl(): URL {
  const text = requireEnv(EnvName.BROKER_URL);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new EnvironmentError(`${EnvName.BROKER_URL} is not a URL; a URL looks like amqp://host:5672/virtual-host`);
  }
  if (!(url.protocol in PORTS)) {
    throw new EnvironmentError(`${EnvName.BROKER_URL} begins with ${url.protocol}//, not with amqp:// or amqps://`);
  }
  return url;
}

function credentialsFrom(folder: string): Credentials {
  return {
    username: readSecretFile(folder, CredentialFile.USERNAME),
    password: readSecretFile(folder, CredentialFile.PASSWORD),
  };
}

/** For the log: without credentials. */
export function addressText({ host, port, virtualHost, tls }: BrokerAddress): string {
  return `${tls ? 'amqps' : 'amqp'}://${host}:${port}/${virtualHost === '%2F' ? '' : virtualHost}`;
}
