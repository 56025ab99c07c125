/**
 * In front of a courier: it dies when it has acknowledged the item CRASH_AFTER_ACK, before it can do anything else. Nobody
 * in a container can kill -9 its process 1, and nobody outside can find the instant; an exit without a word leaves as much.
 */
import type { Channel, ChannelModel } from 'amqplib';

declare const CRASH_AFTER_ACK: string;

const amqp = require('amqplib') as { connect: (...args: unknown[]) => Promise<ChannelModel> };
const { connect } = amqp;
amqp.connect = async (...args) => {
  const model = await connect(...args);
  const { createChannel } = model;
  model.createChannel = async () => armed(await createChannel.apply(model));
  return model;
};

function armed(channel: Channel): Channel {
  const { ack } = channel;
  channel.ack = (message, ...rest) => {
    ack.call(channel, message, ...rest);
    if (message.content.toString() !== CRASH_AFTER_ACK) return;
    channel.close = () => new Promise(() => {});
    // The ack is on its way to the broker: long enough for it to arrive.
    setTimeout(() => process.exit(137), 300);
  };
  return channel;
}
