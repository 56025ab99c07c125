/**
 * In the pod of a {@link ForeignClient}: `node - URL count|purge|delete QUEUE` writes how many messages the queue has, or had, or
 * `missing` if there is no such queue.
 */
import { connectAsClient } from './connect-as-client';
import { isMissing } from './missing-queue';

async function main([url, change, queue]: string[]): Promise<void> {
  const connection = await connectAsClient(url);
  const channel = await connection.createChannel();
  channel.on('error', () => {}); // the call rejects with it
  const answer = async () => {
    // A client may delete a queue that does not exist.
    const { messageCount } = await channel.checkQueue(queue);
    if (change === 'purge') return (await channel.purgeQueue(queue)).messageCount;
    if (change === 'delete') return (await channel.deleteQueue(queue)).messageCount;
    return messageCount;
  };
  const messages = await answer().catch((error) => {
    if (isMissing(error)) return 'missing';
    throw error;
  });
  await connection.close();
  console.log(messages);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
