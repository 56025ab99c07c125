import { randomBytes } from 'node:crypto';
import { EnvName } from '../../lib/contract/environment';
import { relatedQueues } from '../../lib/contract/queues';
import { sleep } from '../../lib/programs/runtime/time';
import { login } from '../local-broker/amqp';
import { type Broker, startBroker } from '../local-broker/broker';
import type { Manifest } from '../manifest/manifest';
import { CommandError } from '../system/command-error';
import type { Overrides } from './environment';

const MAX_TRIES = 5;

/** The broker of a rehearsal. A foreign one keeps no queues of the rehearsal, and its own queues are safe from it. */
export class RehearsalBroker {
  /** Rejects when the signal aborts, and then leaves no broker behind. */
  static async start(log: (line: string) => void, signal: AbortSignal): Promise<RehearsalBroker> {
    return new RehearsalBroker(await brokerUnlessAborted(log, signal));
  }

  /** With a user, because without one the programs would look for a Secret. */
  readonly url: string;
  private readonly suffix: string;

  private constructor(private readonly broker: Broker) {
    const url = new URL(broker.url);
    if (!url.username) [url.username, url.password] = ['guest', 'guest'];
    this.url = url.href;
    this.suffix = broker.foreign ? `-rehearsal-${randomBytes(4).toString('hex')}` : '';
  }

  get description(): string {
    return this.broker.description;
  }

  /** What a queue of the manifest is called here. */
  queueName(queue: string): string {
    return `${queue}${this.suffix}`;
  }

  /** What leads the containers of a Job to this broker. */
  overrides(queue: string): Overrides {
    return { [EnvName.BROKER_URL]: this.url, [EnvName.QUEUE]: this.queueName(queue) };
  }

  async close(manifest: Manifest): Promise<void> {
    try {
      if (this.broker.foreign) await this.deleteQueues(manifest.seeders.map(({ queue }) => this.queueName(queue)));
    } finally {
      await this.broker.stop();
    }
  }

  private async deleteQueues(names: readonly string[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const session = await login(this.broker.url, 20_000);
        for (const name of names) {
          for (const each of [name, ...Object.values(relatedQueues(name))]) await session.deleteQueue(each);
        }
        await session.close();
        return;
      } catch (error) {
        // The broker may not have noticed yet that the owner of an exclusive queue has died.
        if (tries === MAX_TRIES) {
          const left = `${names.join(', ')} (${(error as Error).message})`;
          throw new CommandError(`these queues are left on the broker; delete them there: ${left}`);
        }
        await sleep(1000);
      }
    }
  }
}

async function brokerUnlessAborted(log: (line: string) => void, signal: AbortSignal): Promise<Broker> {
  signal.throwIfAborted();
  const starting = startBroker(log);
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason);
      starting.then((broker) => broker.stop()).catch(() => {});
    };
    signal.addEventListener('abort', abort, { once: true });
    starting.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
