import { readFileSync } from 'node:fs';
import { type ChannelModel, connect } from 'amqplib';

/** In the pod of a {@link ForeignClient}, which has the credentials of seeders and couriers. */
export function connectAsClient(url: string): Promise<ChannelModel> {
  const [username, password] = ['username', 'password'].map((name) => readFileSync(`/credentials/${name}`, 'utf8'));
  return connect(Object.assign(new URL(url), { username, password }).href);
}
