import { type ChannelModel, connect, type GetMessage } from 'amqplib';
import { within } from '../../lib/programs/runtime/time';

/** A login, which shows that a broker is up and which version it is. */
export interface Login {
  readonly version?: string;
  deleteQueue(name: string): Promise<void>;
  /** A message of the queue, which stays there. Nothing if there is none, or no such queue. */
  peek(name: string): Promise<QueuedMessage | undefined>;
  close(): Promise<void>;
}

export interface QueuedMessage {
  readonly messageId: unknown;
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
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
    peek: (name) => within(milliseconds, `read queue ${name}`, peek(model, name)),
    close: () => within(milliseconds, 'close the connection', model.close()).catch(() => {}),
  };
}

/** Over a channel of its own: the broker closes it if there is no such queue, and returns the message when it closes. */
async function peek(model: ChannelModel, name: string): Promise<QueuedMessage | undefined> {
  const channel = await model.createChannel();
  channel.on('error', () => {});
  const message: GetMessage | false = await channel.get(name).catch(() => false as const);
  await channel.close().catch(() => {});
  if (!message) return undefined;
  const { messageId, headers = {} } = message.properties;
  return { messageId, content: message.content, headers };
}
