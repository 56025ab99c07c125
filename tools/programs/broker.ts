import { randomBytes } from 'node:crypto';
import { type Broker, startBroker } from '../../cli/local-broker/broker';

export type { Broker };

const INSTALL_AND_START_MS = 1_300_000;

export function startRabbitMQ(): Promise<Broker> {
  return startBroker((line) => process.stderr.write(`${line}\n`));
}

/**
 * One broker for all tests of a block, started before the first and removed after the last:
 *
 *     const broker = useBroker();
 *     test('…', () => connect(broker().url));
 */
export function useBroker(start: () => Promise<Broker> = startRabbitMQ): () => Broker {
  let broker: Broker | undefined;
  beforeAll(async () => {
    broker = await start();
  }, INSTALL_AND_START_MS);
  afterAll(() => broker?.stop(), 60_000);
  return () => {
    if (!broker) throw new Error('the broker starts in beforeAll: ask for it inside a test');
    return broker;
  };
}

/** A queue name that no other test has. */
export function freshQueue(name = 'test'): string {
  return `${name}-${randomBytes(5).toString('hex')}`;
}
