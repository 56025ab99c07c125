/**
 * In the pod of a {@link ForeignClient}: `node - URL QUEUE [DELETED…]` writes what the queues of a run contain, see
 * {@link QueueContents}. Only a queue that may have been deleted, as the bench knows, may be missing.
 */
import { randomUUID } from 'node:crypto';
import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { DeadLetterHeader, RecordHeader, RecordKind } from '../../lib/contract/message-headers';
import { relatedQueues } from '../../lib/contract/queues';
import { connectAsClient } from './connect-as-client';
import { isMissing } from './missing-queue';
import type { DeadLetter, ItemEvent, QueueContents, RecordedNumbers } from './oracle';

const PREFETCH = 500;
const STREAM_OFFSET = 'x-stream-offset';
/** A stream delivers what it has at once. */
const SILENCE_MS = 30_000;

async function main([url, queue, ...deleted]: string[]): Promise<void> {
  const connection = await connectAsClient(url);
  const { dead, ledger, events } = relatedQueues(queue);
  const unlessDeleted = <T>(name: string, read: (channel: ConfirmChannel, name: string) => Promise<T>) =>
    over(connection, (channel) => read(channel, name)).catch((error) => {
      if (isMissing(error) && deleted.includes(name)) return undefined;
      throw error;
    });
  // First: a dead letter is confirmed before its record is written.
  const records = await unlessDeleted(ledger, readLedger);
  const contents: QueueContents = {
    records,
    dead: (await unlessDeleted(dead, readDeadLetters)) ?? [],
    left: (await unlessDeleted(queue, readItems)) ?? [],
    events: (await over(connection, (channel) => readEvents(channel, events)).catch(() => undefined)) ?? [],
  };
  await connection.close(); // no message was acknowledged: they are still there
  console.log(JSON.stringify(contents));
}

/** Over a channel of its own: an error of the broker ends it. It stays open, and so holds what was read of a queue. */
async function over<T>(connection: ChannelModel, read: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => {}); // the call rejects with it
  return read(channel);
}

async function readItems(channel: ConfirmChannel, queue: string): Promise<string[]> {
  return (await messagesOf(channel, queue)).map(({ content }) => content.toString());
}

async function readDeadLetters(channel: ConfirmChannel, queue: string): Promise<DeadLetter[]> {
  const { consumerCount } = await channel.checkQueue(queue);
  if (consumerCount > 0) throw new Error(`${queue} has a consumer, which may hide dead letters`);
  return (await messagesOf(channel, queue)).map(({ content, properties }) => {
    const headers = properties.headers ?? {};
    const { [DeadLetterHeader.REASON]: reason, [DeadLetterHeader.POD]: pod } = headers;
    // A courier copies no header of the broker, so what has this one was moved by the broker.
    const reasonOfBroker = headers['x-first-death-reason'];
    return { item: content.toString(), attempts: headers[DeadLetterHeader.ATTEMPTS], reason, pod, reasonOfBroker };
  });
}

async function messagesOf(channel: ConfirmChannel, queue: string) {
  const found = [];
  for (;;) {
    const message = await channel.get(queue);
    if (!message) return found;
    found.push(message);
  }
}

/** All records up to a message of its own, which it writes first: nothing else says where a stream ends. */
async function readLedger(channel: ConfirmChannel, ledger: string): Promise<RecordedNumbers> {
  const records: { done: number[]; dead: number[] } = { done: [], dead: [] };
  await readStream(channel, ledger, ({ properties: { headers, messageId } }) => {
    const kind = headers?.[RecordHeader.KIND];
    if (kind === RecordKind.DONE) records.done.push(Number(messageId));
    if (kind === RecordKind.DEAD) records.dead.push(Number(messageId));
  });
  return records;
}

async function readEvents(channel: ConfirmChannel, events: string): Promise<ItemEvent[]> {
  const found: ItemEvent[] = [];
  await readStream(channel, events, ({ content, properties: { headers, messageId } }) => {
    const kind = headers?.[RecordHeader.KIND];
    if (messageId === undefined || kind === RecordKind.LOOK) return;
    const { pod } = JSON.parse(content.toString());
    found.push({ number: Number(messageId), kind, pod, line: `${kind} ${content}` });
  });
  return found;
}

async function readStream(
  channel: ConfirmChannel,
  stream: string,
  onMessage: (message: ConsumeMessage) => void,
): Promise<void> {
  await channel.checkQueue(stream);
  const look = randomUUID();
  const options = { messageId: look, headers: { [RecordHeader.KIND]: RecordKind.LOOK }, persistent: true };
  channel.sendToQueue(stream, Buffer.from('{}'), { ...options, mandatory: true });
  await channel.waitForConfirms();
  await channel.prefetch(PREFETCH);
  await new Promise<void>((resolve, reject) => {
    const late = () => reject(new Error(`${stream} sends nothing for ${SILENCE_MS / 1000} s, although there is more`));
    let timer = setTimeout(late, SILENCE_MS);
    let isOver = false;
    const arrived = (message: ConsumeMessage | null) => {
      if (isOver) return;
      clearTimeout(timer);
      if (!message) return reject(new Error(`the broker cancelled the reader of ${stream}`));
      channel.ack(message); // in a stream that is only credit for more
      isOver = message.properties.messageId === look;
      if (isOver) return resolve();
      onMessage(message);
      timer = setTimeout(late, SILENCE_MS);
    };
    channel.consume(stream, arrived, { arguments: { [STREAM_OFFSET]: 'first' } }).catch(reject);
  });
  await channel.close();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
