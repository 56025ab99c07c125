import { randomBytes } from 'node:crypto';
import { RABBITMQ_IMAGE as IMAGE } from '../../lib/manifest/default-images';
import { sleep } from '../../lib/programs/runtime/time';
import { CommandError } from '../system/command-error';
import { freePorts } from '../system/ports';
import { run } from '../system/processes';
import { Workspace } from '../system/workspace';
import { login } from './amqp';
import type { Broker } from './broker-interface';

const START_SECONDS = 90;

/** Starts RabbitMQ in a container. */
export async function dockerBroker(log: (line: string) => void): Promise<Broker> {
  const name = `work-queue-broker-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const [port] = await freePorts(1);
  const url = `amqp://rehearsal:${password}@127.0.0.1:${port}`;
  const workspace = new Workspace('work-queue-broker');
  workspace.atEnd(`docker rm --force --volumes ${name}`);
  try {
    if ((await run('docker', ['image', 'inspect', IMAGE], 30)).status !== 0) log(`Docker is pulling ${IMAGE}`);
    const settings = ['--env', 'RABBITMQ_DEFAULT_USER=rehearsal', '--env', `RABBITMQ_DEFAULT_PASS=${password}`];
    const publish = ['--publish', `127.0.0.1:${port}:5672`];
    await docker(600, 'run', '--detach', '--name', name, '--hostname', name, ...publish, ...settings, IMAGE);
    const version = await answer(url, name);
    return {
      url,
      version,
      description: `RabbitMQ ${version ?? ''} in Docker, on port ${port}`,
      foreign: false,
      kill: () => docker(30, 'kill', name),
      restart: async () => {
        await run('docker', ['kill', name], 30); // it may have died already
        await docker(30, 'start', name);
        await answer(url, name);
      },
      stop: () => workspace.close(),
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

async function docker(seconds: number, ...args: string[]): Promise<void> {
  const { status, output } = await run('docker', args, seconds);
  if (status !== 0) throw new CommandError(`docker ${args[0]} failed with status ${status}: ${output.trim()}`);
}

async function answer(url: string, name: string): Promise<string | undefined> {
  const giveUp = Date.now() + START_SECONDS * 1000;
  for (;;) {
    try {
      const session = await login(url, 10_000);
      await session.close();
      return session.version;
    } catch (error) {
      if (Date.now() > giveUp) {
        const { output } = await run('docker', ['logs', '--tail', '20', name], 15);
        throw new CommandError(
          `RabbitMQ does not answer after ${START_SECONDS} s: ${(error as Error).message}\n${output}`,
        );
      }
      await sleep(300);
    }
  }
}
