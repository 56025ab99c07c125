import { randomBytes } from 'node:crypto';
import { type Broker, startBroker } from '../../lib/rehearsal/broker';

const INSTALL_AND_START_MS = 1_300_000;

/**
 * One RabbitMQ for all tests of a file, started before the first and removed after the last:
 *
 *     const broker = useBroker();
 *     test('…', () => connect(broker().url));
 */
export function useBroker(): () => Broker {
  let broker: Broker | undefined;
  beforeAll(async () => {
    broker = await startBroker((line) => process.stderr.write(`${line}\n`));
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
