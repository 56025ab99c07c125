/**
 * Loaded before a program under test: kills it, as `kill -9` would, or delays it at the step that CRASH_AT names. It wraps the calls
 * that the program makes to amqplib; the broker and the program are the real ones. With SERVER_VERSION, the program takes the
 * broker for one of that version.
 */
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ChannelModel, ConfirmChannel, Options } from 'amqplib';
import { RecordHeader, RecordKind } from '../../lib/contract/message-headers';

const amqp = require('amqplib') as { connect: (...args: unknown[]) => Promise<ChannelModel> };
const [at, count = '1'] = (process.env.CRASH_AT ?? '').split(':');
const { SERVER_VERSION: version } = process.env;
let declarations = 0;
let deletions = 0;
let publishes = 0;
let acked = false;
let lost = false;
/** The connection that has consumed first. */
let consuming: ChannelModel | undefined;

function streamOf({ connection }: ChannelModel): Duplex {
  return (connection as unknown as { stream: Duplex }).stream;
}

/** Whether a message is the record of an item in the ledger. */
function isItemRecord(options?: Options.Publish): boolean {
  const kind = options?.headers?.[RecordHeader.KIND];
  return kind === RecordKind.DONE || kind === RecordKind.DEAD;
}

const die = () => process.kill(process.pid, 'SIGKILL');
/** Long enough for what was written to have reached the broker on this machine. */
const dieSoon = () => setTimeout(die, 300);
const never = () => new Promise<never>(() => {});

let calls = 0;

/** Dies before a call, by its number or by its name. Each call but a status is one: `CRASH_AT=call:3`, `CRASH_AT=call:publish work`. */
function beforeCall(name: string, queue: string, kind: unknown = ''): void {
  if (at !== 'call') return;
  const which = queue.includes('.') ? queue.slice(queue.lastIndexOf('.') + 1) : queue && 'work';
  const words = [name, which, kind].filter((word) => word !== '' && word !== undefined).join(' ');
  if (++calls === Number(count) || words === count) die();
}

/** Makes each call of a channel known to {@link beforeCall}. */
function countCalls(channel: Channel): void {
  const { ack, assertQueue, consume, nackAll, publish, purgeQueue } = channel;
  channel.ack = (...args) => {
    beforeCall('ack', '');
    ack.apply(channel, args);
  };
  channel.assertQueue = (...args) => {
    beforeCall('declare', args[0] ?? '');
    return assertQueue.apply(channel, args);
  };
  channel.consume = (...args) => {
    beforeCall('consume', args[0]);
    return consume.apply(channel, args);
  };
  channel.nackAll = (...args) => {
    beforeCall('nack', '');
    nackAll.apply(channel, args);
  };
  channel.publish = (...args) => {
    beforeCall('publish', args[1], args[3]?.headers?.[RecordHeader.KIND]);
    return publish.apply(channel, args);
  };
  channel.purgeQueue = (queue) => {
    beforeCall('purge', queue);
    return purgeQueue.call(channel, queue);
  };
}

function arm<C extends Channel>(channel: C, model: ChannelModel): C {
  if (at === 'call') countCalls(channel);
  const { ack, assertQueue, checkQueue, close, consume, deleteQueue, publish, purgeQueue } = channel;
  channel.assertQueue = (...args) => {
    if (at === 'before declaration' && ++declarations === Number(count)) return die() as never;
    return assertQueue.apply(channel, args);
  };
  channel.deleteQueue = (...args) => {
    if (at === 'before deletion' && ++deletions === Number(count)) return die() as never;
    return deleteQueue.apply(channel, args);
  };
  channel.ack = (...args) => {
    if (at === 'before ack') return die() as never;
    if (at === 'hang before ack') {
      channel.close = never;
      return;
    }
    ack.apply(channel, args);
    // Not the connection's own end: the broker must have had the time to do the ack.
    if (at === 'lose connection after ack' && !acked) {
      setTimeout(() => {
        lost = true;
        streamOf(model).destroy(new Error('cut by the test'));
      }, 300);
    }
    acked = true;
    if (at === 'after ack') dieSoon();
  };
  channel.consume = (queue, onMessage, options) => {
    consuming ??= model;
    const onDelivery: typeof onMessage = (message) => {
      if (at === 'while reading the ledger' && queue.endsWith('.ledger')) die();
      onMessage(message);
    };
    return consume.call(channel, queue, onDelivery, options);
  };
  channel.purgeQueue = (queue) => {
    if (at === 'before purge') return die() as never;
    const purged = purgeQueue.call(channel, queue);
    // The number of milliseconds.
    if (at === 'pause after purge') return purged.then((ok) => sleep(Number(count), ok));
    return at === 'after purge' ? purged.then(() => die() as never) : purged;
  };
  channel.close = () => (at === 'after ack' && acked ? never() : close.apply(channel));
  // Until the connection is lost, nothing answers for the ack.
  channel.checkQueue = (queue) =>
    at === 'lose connection after ack' && acked && !lost ? never() : checkQueue.call(channel, queue);
  channel.publish = (...args) => {
    const marker = args[1].endsWith('.seeded');
    if (at === 'before marker' && marker) return die() as never;
    const step = args[1].endsWith('.settled') ? 'settled mark' : isItemRecord(args[3]) ? 'record' : undefined;
    if (step && at === `before ${step}`) return die() as never;
    if (step === 'record' && at === 'lose connection before record' && consuming && !lost) {
      lost = true;
      streamOf(consuming).destroy(new Error('cut by the test'));
    }
    const room = publish.apply(channel, args);
    if (at === 'while filling' && ++publishes === Number(count)) {
      dieSoon();
      const confirming = channel as unknown as ConfirmChannel;
      confirming.waitForConfirms = never;
    }
    if ((at === 'after marker' && marker) || (step && at === `after ${step}`)) {
      const confirming = channel as unknown as ConfirmChannel;
      const { waitForConfirms } = confirming;
      confirming.waitForConfirms = () => waitForConfirms.apply(confirming).then(() => die() as never);
    }
    return room;
  };
  return channel;
}

if (at || version) {
  const { connect } = amqp;
  amqp.connect = async (...args) => {
    const model = await connect(...args);
    if (version) Object.assign(model.connection.serverProperties, { version });
    const { createChannel, createConfirmChannel } = model;
    model.createChannel = async () => arm(await createChannel.apply(model), model);
    model.createConfirmChannel = async () => arm(await createConfirmChannel.apply(model), model);
    return model;
  };
}
