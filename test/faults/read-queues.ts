/** In the reader's pod: `node - URL QUEUE DEAD-LETTER-QUEUE` writes what QueueReader answers. */
import { readFileSync } from 'node:fs';
import { connect } from 'amqplib';

async function main([url, queue, deadLetters]: string[]): Promise<void> {
  const [username, password] = ['username', 'password'].map((name) => readFileSync(`/credentials/${name}`, 'utf8'));
  const connection = await connect(Object.assign(new URL(url), { username, password }).href);
  const channel = await connection.createChannel();
  const { messageCount: left } = await channel.checkQueue(queue);
  const dead: string[] = [];
  for (;;) {
    const message = await channel.get(deadLetters);
    if (!message) break;
    dead.push(message.content.toString());
  }
  await connection.close(); // none was acknowledged: they are still there
  console.log(JSON.stringify({ left, dead }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
