/** In the pod of a {@link ForeignClient}: `node - URL QUEUE MILLISECONDS` consumes a queue for so long, and settles nothing. */
import { setTimeout } from 'node:timers/promises';
import { connectAsClient } from './connect-as-client';

async function main([url, queue, milliseconds]: string[]): Promise<void> {
  const connection = await connectAsClient(url);
  const channel = await connection.createChannel();
  await channel.checkQueue(queue);
  await channel.consume(queue, () => {});
  await setTimeout(Number(milliseconds));
  await connection.close(); // what it had is there again
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
