import { connect } from 'amqplib';
import { within } from '../../lib/programs/runtime/time';

/** A login, which shows that a broker is up and which version it is. */
export interface Login {
  readonly version?: string;
  deleteQueue(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function login(url: string, milliseconds: number): Promise<Login> {
  const model = await within(milliseconds, 'log in to the broker', connect(url, { timeout: milliseconds }));
  model.on('error', () => {}); // the call that it interrupts rejects
  const channel = await within(milliseconds, 'open a channel', model.createChannel());
  channel.on('error', () => {});
  const { version } = model.connection.serverProperties as { version?: unknown };
  return {
    version: typeof version === 'string' ? version : undefined,
    deleteQueue: async (name) => {
      await within(milliseconds, `delete queue ${name}`, channel.deleteQueue(name));
    },
    close: () => within(milliseconds, 'close the connection', model.close()).catch(() => {}),
  };
}
