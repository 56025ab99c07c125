// Prints the dead letters of a queue and leaves them in it. With a FILE it also writes their items, one on a line, to be read by
// `WorkItems.lines(FILE, { bytes: true })`:
//
//     BROKER_URL=amqp://USER:PASSWORD@localhost:5672 node examples/dead-letters.mjs QUEUE [FILE]
//
// With TLS: `amqps://`, SERVER_NAME for the name in the broker's certificate, NODE_EXTRA_CA_CERTS for a file with its authority.
import { writeFileSync } from 'node:fs';
import amqp from 'amqplib';

const [queue, file] = process.argv.slice(2);
if (!queue) throw new Error('name the queue: node examples/dead-letters.mjs QUEUE [FILE]');
const connection = await amqp.connect(process.env.BROKER_URL, { servername: process.env.SERVER_NAME });
const channel = await connection.createChannel();
// What one reader holds is hidden from others: couriers that look for lost items read the dead letters under this lock, and would miss those that we hold.
await channel.assertQueue(`${queue}.settling`, { exclusive: true, durable: false });

// The items and what programs have said are of others: a terminal must show their control characters instead of obeying them.
const shown = (text) =>
  `${text}`.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const items = new Map(); // an item may be a dead letter twice
const next = () => channel.get(`${queue}.dead`);
for (let letter = await next(); letter; letter = await next()) {
  const { messageId, headers = {} } = letter.properties;
  const key = `${headers.run} ${messageId} ${letter.content.toString('base64')}`;
  if (items.has(key)) continue;
  items.set(key, letter.content);
  console.log(shown(`item ${messageId}: ${headers.reason ?? headers['x-first-death-reason']}`));
  console.log(`  item:     ${shown(JSON.stringify(letter.content.toString().slice(0, 200)))}`);
  for (const name of ['attempts', 'seconds', 'pod', 'stderr'].filter((header) => header in headers)) {
    console.log(`  ${`${name}:`.padEnd(9)} ${shown(JSON.stringify(headers[name]))}`);
  }
}
await connection.close(); // all go back to the queue

if (file) {
  const lines = [...items.values()].filter((item) => item.length > 0 && !item.includes('\n'));
  writeFileSync(file, Buffer.concat(lines.flatMap((item) => [item, Buffer.from('\n')])));
  console.log(`${lines.length} of ${items.size} items are in ${file}`);
  if (lines.length < items.size) console.error('the others are empty or have a line end: they cannot be lines');
}
