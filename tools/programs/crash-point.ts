/**
 * Loaded before a program under test: kills it, as `kill -9` would, at the step that CRASH_AT names. It wraps the calls
 * that the program makes to amqplib; the broker and the program are the real ones.
 */
import type { Duplex } from 'node:stream';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';

const amqp = require('amqplib') as { connect: (...args: unknown[]) => Promise<ChannelModel> };
const [at, count = '1'] = (process.env.CRASH_AT ?? '').split(':');
let declarations = 0;
let publishes = 0;
let acked = false;
let lost = false;

const die = () => process.kill(process.pid, 'SIGKILL');
/** Long enough for what was written to have reached the broker on this machine. */
const dieSoon = () => setTimeout(die, 300);
const never = () => new Promise<never>(() => {});

function arm<C extends Channel>(channel: C, model: ChannelModel): C {
  const { ack, assertQueue, checkQueue, close, consume, publish, purgeQueue } = channel;
  channel.assertQueue = (...args) => {
    if (at === 'before declaration' && ++declarations === Number(count)) return die() as never;
    return assertQueue.apply(channel, args);
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
        (model.connection as unknown as { stream: Duplex }).stream.destroy(new Error('cut by the test'));
      }, 300);
    }
    acked = true;
    if (at === 'after ack') dieSoon();
  };
  // The message has reached the program, and the broker takes it for delivered.
  channel.consume = (queue, onMessage, options) => {
    const onDelivery: typeof onMessage = (message) => {
      if (at === 'while reading leftovers') die();
      onMessage(message);
    };
    return consume.call(channel, queue, onDelivery, options);
  };
  channel.purgeQueue = (queue) => {
    if (at === 'before purge') return die() as never;
    const purged = purgeQueue.call(channel, queue);
    return at === 'after purge' ? purged.then(() => die() as never) : purged;
  };
  channel.close = () => (at === 'after ack' && acked ? never() : close.apply(channel));
  // Until the connection is lost, nothing answers for the ack.
  channel.checkQueue = (queue) =>
    at === 'lose connection after ack' && acked && !lost ? never() : checkQueue.call(channel, queue);
  channel.publish = (...args) => {
    const marker = args[1].endsWith('.seeded');
    if (at === 'before marker' && marker) return die() as never;
    const room = publish.apply(channel, args);
    if (at === 'while filling' && ++publishes === Number(count)) {
      dieSoon();
      const confirming = channel as unknown as ConfirmChannel;
      confirming.waitForConfirms = never;
    }
    if (at === 'after marker' && marker) {
      const confirming = channel as unknown as ConfirmChannel;
      const { waitForConfirms } = confirming;
      confirming.waitForConfirms = () => waitForConfirms.apply(confirming).then(() => die() as never);
    }
    return room;
  };
  return channel;
}

if (at) {
  const { connect } = amqp;
  amqp.connect = async (...args) => {
    const model = await connect(...args);
    const { createChannel, createConfirmChannel } = model;
    model.createChannel = async () => arm(await createChannel.apply(model), model);
    model.createConfirmChannel = async () => arm(await createConfirmChannel.apply(model), model);
    return model;
  };
}
