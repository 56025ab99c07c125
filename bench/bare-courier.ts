/**
 * About the least that a courier in Node and a worker in sh can do: nothing is counted, recorded or logged, nobody may fail, and
 * whatever the broker has delivered is announced to the worker at once, while the program before it still runs.
 *
 *     node bare-courier.js BROKER-URL QUEUE ITEMS PREFETCH-COUNT record|none FOLDER PROGRAM
 *
 * With `record`, a message in the ledger is confirmed before the item is acked, as every courier has to do.
 */
import { execFileSync, spawn } from 'node:child_process';
import { constants, openSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { connect, type Message } from 'amqplib';

/** The next shell is forked before its item is there, as in `runner.sh`. */
const WORKER = `
folder=$1
shift
exec 4<>"$folder/up" 5<>"$folder/runs" 8>&1
become_program() {
  read -r number <&5
  echo "$number"
  exec 1>&8 <"$folder/item.$number" 4>&- 5<&- 8>&-
  exec "$@"
}
while :; do
  number=$(become_program "$@")
  echo "$number $?" >&4
done
`;

/** About as long as the record of a courier. */
const RECORD_BYTES = 120;

async function main([url, queue, items, prefetch, record, folder, program]: string[]): Promise<void> {
  const [up, runs] = [join(folder, 'up'), join(folder, 'runs')];
  execFileSync('mkfifo', [up, runs]);
  // A group of its own, because the shell that waits for the next item has to end too.
  const worker = spawn('sh', ['-c', WORKER, 'sh', folder, program], { stdio: 'ignore', detached: true });
  const ends = new Socket({
    fd: openSync(up, constants.O_RDWR | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  });
  const announce = openSync(runs, constants.O_RDWR);

  const connection = await connect(url, { noDelay: true });
  const channel = await connection.createChannel();
  const ledger = record === 'record' ? await connection.createConfirmChannel() : undefined;
  await channel.prefetch(Number(prefetch));
  const held = new Map<string, Message>();
  let announced = 0;
  const { consumerTag } = await channel.consume(queue, (message) => {
    if (!message) throw new Error('the broker cancelled the consumer');
    const number = String(++announced);
    held.set(number, message);
    writeFileSync(join(folder, `item.${number}`), message.content, { flag: 'wx' });
    writeSync(announce, `${number}\n`);
  });

  let left = Number(items);
  let unread = '';
  ends.setEncoding('utf8');
  for await (const text of ends) {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) {
      const [number, status] = line.split(' ');
      const message = held.get(number);
      if (status !== '0' || !message) throw new Error(`run ${line}`);
      held.delete(number);
      unlinkSync(join(folder, `item.${number}`));
      if (ledger) {
        ledger.publish('', `${queue}.ledger`, Buffer.alloc(RECORD_BYTES), { persistent: true });
        await ledger.waitForConfirms();
      }
      if (--left === 0) await channel.cancel(consumerTag);
      channel.ack(message);
    }
    if (left === 0) break;
  }
  await channel.close();
  await connection.close();
  if (worker.pid) process.kill(-worker.pid);
  process.exit();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
