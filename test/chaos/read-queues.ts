/** In the reader's pod: `node - URL QUEUE DEAD-LETTER-QUEUE` writes what QueueReader answers. */
import { readFileSync } from 'node:fs';
import { connect } from 'amqplib';
import { DeadLetterHeader } from '../../lib/contract/message-headers';
import type { DeadLetter } from './oracle';

async function main([url, queue, deadLetters]: string[]): Promise<void> {
  const [username, password] = ['username', 'password'].map((name) => readFileSync(`/credentials/${name}`, 'utf8'));
  const connection = await connect(Object.assign(new URL(url), { username, password }).href);
  const channel = await connection.createChannel();
  const { messageCount: left } = await channel.checkQueue(queue);
  const dead: DeadLetter[] = [];
  for (;;) {
    const message = await channel.get(deadLetters);
    if (!message) break;
    const { [DeadLetterHeader.ATTEMPTS]: attempts, [DeadLetterHeader.REASON]: reason } =
      message.properties.headers ?? {};
    dead.push({ item: message.content.toString(), attempts, reason });
  }
  await connection.close(); // none was acknowledged: they are still there
  console.log(JSON.stringify({ left, dead }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
