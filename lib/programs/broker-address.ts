import { Env } from '../contract';
import { EnvironmentError, requireEnv } from './environment';

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  /** Percent-encoded, as in the URL. */
  readonly virtualHost: string;
  readonly username: string;
  readonly password: string;
}

/** `BROKER_URL`, with the credentials beside it (the constructs) or in it (a person at a terminal). */
export function brokerFromEnvironment(): BrokerAddress {
  const text = requireEnv(Env.BROKER_URL);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new EnvironmentError(`${Env.BROKER_URL} is not a URL; it looks like amqp://host:5672/virtual-host`);
  }
  if (url.protocol !== 'amqp:') {
    throw new EnvironmentError(`${Env.BROKER_URL} begins with ${url.protocol}//, not with amqp://`);
  }
  return {
    host: url.hostname,
    port: Number(url.port || 5672),
    virtualHost: url.pathname.replace(/^\//, '') || '%2F',
    username: process.env[Env.BROKER_USERNAME] ?? decodeURIComponent(url.username),
    password: process.env[Env.BROKER_PASSWORD] ?? decodeURIComponent(url.password),
  };
}

/** For the log: without credentials. */
export function addressText({ host, port, virtualHost }: BrokerAddress): string {
  return `amqp://${host}:${port}/${virtualHost === '%2F' ? '' : virtualHost}`;
}
