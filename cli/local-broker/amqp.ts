import { connect } from 'amqplib';
import { within } from '../system/wait';

/** A login, which tells that a broker is up and which version it is. */
export interface Login {
  readonly version?: string;
  deleteQueue(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function login(url: string, seconds: number): Promise<Login> {
  const model = await within(seconds, connect(url, { timeout: seconds * 1000 }), 'the login at the broker');
  model.on('error', () => {}); // the call that it interrupts rejects
  const channel = await within(seconds, model.createChannel(), 'opening a channel');
  channel.on('error', () => {});
  const { version } = model.connection.serverProperties as { version?: unknown };
  return {
    version: typeof version === 'string' ? version : undefined,
    deleteQueue: async (name) => {
      await within(seconds, channel.deleteQueue(name), `deleting queue ${name}`);
    },
    close: () => within(seconds, model.close(), 'the end of the connection').catch(() => {}),
  };
}
