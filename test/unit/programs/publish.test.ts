import { EventEmitter } from 'node:events';
import type { ConfirmChannel } from 'amqplib';
import { Publisher } from '../../../lib/programs/amqp/publish';
import { type Session, SessionChannel } from '../../../lib/programs/amqp/session';

/** A channel as amqplib has it that never has room at once, and that has forgotten earlier refusals when it is asked for confirms. */
class FullChannel extends EventEmitter {
  published = 0;

  publish(): boolean {
    this.published++;
    return false;
  }

  waitForConfirms(): Promise<void> {
    return Promise.resolve();
  }
}

async function publisherOver(raw: FullChannel): Promise<Publisher> {
  const lost = new AbortController().signal;
  const confirming = raw as unknown as ConfirmChannel;
  return Publisher.open({ confirmChannel: async () => new SessionChannel(confirming, lost) } as unknown as Session);
}

test.each([
  ['nack', /^queue q refuses messages: .*max-length/],
  ['return', /^queue q is missing$/],
])('a %s while the publisher waits for room ends it at once, with the reason', async (event, reason) => {
  const raw = new FullChannel();
  const publishing = (await publisherOver(raw)).publish('q', [{ body: Buffer.from('a') }, { body: Buffer.from('b') }]);
  raw.emit(event);
  await expect(publishing).rejects.toThrow(reason);
  expect(raw.published).toBe(1);
});

test('a message that is refused before room comes is not taken for confirmed', async () => {
  const raw = new FullChannel();
  const publishing = (await publisherOver(raw)).publish('q', [{ body: Buffer.from('a') }]);
  raw.emit('drain');
  raw.emit('nack');
  await expect(publishing).rejects.toThrow(/refuses messages/);
});

test('messages that are confirmed are published', async () => {
  const raw = new FullChannel();
  const publishing = (await publisherOver(raw)).publish('q', [{ body: Buffer.from('a') }]);
  raw.emit('drain');
  await expect(publishing).resolves.toBeUndefined();
});
