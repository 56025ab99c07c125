// The least that publishing takes: an amqplib loop, with the seeder's batches and confirms. Writes how many milliseconds.
import { once } from 'node:events';
import { connect } from 'amqplib';
import { names } from './bench-items';

const BATCH = 1000;

async function publish(url: string, queue: string, items: readonly string[]): Promise<void> {
  const model = await connect(url);
  const channel = await model.createConfirmChannel();
  const began = performance.now();
  for (let from = 0; from < items.length; from += BATCH) {
    for (const item of items.slice(from, from + BATCH)) {
      if (!channel.publish('', queue, Buffer.from(item), { persistent: true })) await once(channel, 'drain');
    }
    await channel.waitForConfirms();
  }
  console.log(performance.now() - began);
  await model.close();
}

const { BROKER_URL = '', QUEUE = '', ITEMS } = process.env;
publish(BROKER_URL, QUEUE, names(Number(ITEMS))).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
