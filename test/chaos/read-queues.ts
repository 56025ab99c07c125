/** In the pod of a {@link ForeignClient}: `node - URL QUEUE DEAD-LETTER-QUEUE` writes what it answers. */
import { DeadLetterHeader } from '../../lib/contract/message-headers';
import { connectAsClient } from './connect-as-client';
import type { DeadLetter } from './oracle';

async function main([url, queue, deadLetters]: string[]): Promise<void> {
  const connection = await connectAsClient(url);
  const channel = await connection.createChannel();
  const { messageCount: left } = await channel.checkQueue(queue);
  const { consumerCount } = await channel.checkQueue(deadLetters);
  if (consumerCount > 0) throw new Error(`${deadLetters} has a consumer, which may hide dead letters`);
  const dead: DeadLetter[] = [];
  for (;;) {
    const message = await channel.get(deadLetters);
    if (!message) break;
    const headers = message.properties.headers ?? {};
    const { [DeadLetterHeader.ATTEMPTS]: attempts, [DeadLetterHeader.REASON]: reason } = headers;
    dead.push({ item: message.content.toString(), attempts, reason, pod: headers[DeadLetterHeader.POD] });
  }
  await connection.close(); // none was acknowledged: they are still there
  console.log(JSON.stringify({ left, dead }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
