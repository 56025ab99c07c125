import { CommandError } from '../system/command-error';
import { run, which } from '../system/processes';
import { login } from './amqp';
import { dockerBroker } from './broker-docker';
import { installRabbitMQ } from './broker-install';
import type { Broker } from './broker-interface';
import { findServer, serverBroker } from './broker-server';

export type { Broker };

/** Finds a running RabbitMQ, or starts one on a free loopback port. */
export async function startBroker(log: (line: string) => void): Promise<Broker> {
  const url = process.env.BROKER_URL;
  if (url) return existingBroker(url);
  const server = findServer();
  if (server) return serverBroker(server);
  if (await dockerAnswers()) return dockerBroker(log);
  if (process.getuid?.() === 0 && which('apt-get')) {
    await installRabbitMQ(log);
    const installed = findServer();
    if (installed) return serverBroker(installed);
  }
  throw new CommandError(
    'RabbitMQ is not installed on this machine. Install it (Debian, Ubuntu: apt-get install rabbitmq-server; macOS: brew install ' +
      'rabbitmq), or start Docker, or set BROKER_URL to the URL of a running broker: amqp://user:password@host:5672',
  );
}

async function existingBroker(url: string): Promise<Broker> {
  if (!URL.canParse(url)) throw new CommandError('BROKER_URL is not a URL. Write it as amqp://user:password@host:5672');
  const { username, password, host } = new URL(url);
  const refuse = async () => {
    throw new CommandError(
      `The broker at ${host} was running already and must not be killed. Unset BROKER_URL to get one that may be`,
    );
  };
  try {
    const session = await login(url, 20_000);
    await session.close();
    return {
      url,
      version: session.version,
      description: `RabbitMQ ${session.version ?? ''} at ${host} (BROKER_URL)`,
      foreign: true,
      kill: refuse,
      restart: refuse,
      stop: async () => {},
    };
  } catch (error) {
    const user = username ? `as ${username}${password ? '' : ', without a password'}` : 'as guest';
    const { message, code } = error as NodeJS.ErrnoException;
    throw new CommandError(`BROKER_URL: the broker at ${host} does not let clients in ${user}: ${message || code}`);
  }
}

async function dockerAnswers(): Promise<boolean> {
  return which('docker') !== undefined && (await run('docker', ['info'], 15)).status === 0;
}
