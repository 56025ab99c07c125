// Takes items from a work queue by itself, with amqplib: a program for Delivery.none(). docs/own-consumers.md explains the steps.
// The function `processItem` at the end is what you replace. Put this program and amqplib into an image, or bundle both into a script.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';

const { env } = process;
const QUEUE = env.QUEUE ?? '';
const RUN = env.WORK_QUEUE_RUN;
const ITEM_COUNT = Number(env.ITEM_COUNT);
const ITEMS_PER_POD = Number(env.ITEMS_PER_POD);
const WHERE = { pod: env.POD_NAME, node: env.NODE_NAME };

/** The pod of the last index ends only when the run is settled, whatever it has done. */
const LAST_INDEX = Math.ceil(ITEM_COUNT / ITEMS_PER_POD) - 1;
const ENDS_BY_COUNT = Number(env.JOB_COMPLETION_INDEX) !== LAST_INDEX;

/** The Job fails at once when a program exits with it. */
const DEAD_LETTERS = 20;

async function connect(): Promise<ChannelModel> {
  const url = new URL(env.BROKER_URL ?? '');
  const credential = (name: string) =>
    readFileSync(join(env.BROKER_CREDENTIALS_DIR ?? '', name), 'utf8').replace(/[\r\n]+$/, '');
  const isTls = url.protocol === 'amqps:';
  const options = {
    protocol: isTls ? 'amqps' : 'amqp',
    hostname: url.hostname,
    port: Number(url.port) || (isTls ? 5671 : 5672),
    username: credential('username'),
    password: credential('password'),
    // Percent-encoded, as in the URL. An empty path stands for the virtual host `/`.
    vhost: url.pathname.slice(1) || '%2F',
    heartbeat: 15,
  };
  // Without a file, these are the authorities of Node.js.
  const ca = env.BROKER_CA_FILE && readFileSync(env.BROKER_CA_FILE);
  const tls = isTls && { ca: ca || undefined, servername: env.BROKER_SERVER_NAME ?? url.hostname };
  // The broker may start later than this pod: ten minutes.
  for (let tries = 1; ; tries++) {
    try {
      return await amqp.connect(options, { timeout: 15_000, ...tls });
    } catch (error) {
      if (tries === 120) throw error;
      console.error(`no connection to the broker yet: ${(error as Error).message}`);
      await sleep(5000);
    }
  }
}

/** Waits for the seeder's mark. It is only counted: who reads a message hides it from others. */
async function waitUntilFilled(connection: ChannelModel): Promise<void> {
  for (;;) {
    const channel = await connection.createChannel();
    channel.on('error', () => {}); // the call that it interrupts rejects
    try {
      const { messageCount } = await channel.checkQueue(`${QUEUE}.seeded`);
      await channel.close();
      if (messageCount > 0) return;
    } catch (error) {
      // The seeder has not declared the queues yet.
      if ((error as { code?: number }).code !== 404) throw error;
    }
    await sleep(2000);
  }
}

type Headers = Record<string, unknown>;

/** The records of the run: which items are done, and which are dead letters. */
class Ledger {
  private readonly done = new Set<string>();
  private readonly dead = new Map<string, number>();
  private readonly retried = new Map<string, number>();
  private offset: number | 'first' = 'first';

  constructor(
    private readonly connection: ChannelModel,
    private readonly writer: ConfirmChannel,
  ) {}

  /** Resolves when the broker has confirmed the message. */
  async publish(queue: string, body: Buffer, messageId: string, headers: Headers): Promise<void> {
    const options = { messageId, headers: { run: RUN, ...headers }, persistent: true };
    await new Promise<void>((resolve, reject) =>
      this.writer.sendToQueue(queue, body, options, (error) => (error ? reject(error) : resolve())),
    );
  }

  record(kind: string, messageId: string, details: object, headers: Headers = {}): Promise<void> {
    return this.publish(`${QUEUE}.ledger`, Buffer.from(JSON.stringify(details)), messageId, { kind, ...headers });
  }

  /** Reads what was recorded until now: up to a message of its own, which nobody else needs. */
  async read(): Promise<void> {
    const look = randomUUID();
    await this.record('look', look, {});
    const channel = await this.connection.createChannel();
    await channel.prefetch(100);
    await new Promise<void>((resolve, reject) => {
      const onRecord = (message: ConsumeMessage | null) => {
        if (!message) return reject(new Error('the broker has cancelled the reader of the ledger'));
        const { headers = {}, messageId } = message.properties;
        this.offset = headers['x-stream-offset'] + 1;
        channel.ack(message);
        this.note(messageId, headers);
        if (messageId === look) resolve();
      };
      const options = { arguments: { 'x-stream-offset': this.offset } };
      channel.consume(`${QUEUE}.ledger`, onRecord, options).catch(reject);
    });
    await channel.close();
  }

  private note(number: string, { run, kind, generation = 0 }: Headers): void {
    if (run !== RUN) return;
    if (kind === 'done') this.done.add(number);
    const generations = kind === 'dead' ? this.dead : kind === 'retried' ? this.retried : undefined;
    generations?.set(number, Math.max(Number(generation), generations.get(number) ?? 0));
  }

  isOver(number: string, generation: number): boolean {
    return this.done.has(number) || (this.dead.get(number) ?? -1) >= generation;
  }

  get isComplete(): boolean {
    for (let n = 0; n < ITEM_COUNT; n++) if (!this.isOver(`${n}`, this.retried.get(`${n}`) ?? 0)) return false;
    return true;
  }

  get hasDeadLetters(): boolean {
    return [...this.dead.keys()].some((number) => !this.done.has(number));
  }
}

/** The items of the queue, one at a time: the next one comes after the ack of the last one. */
class Items {
  private readonly arrived: (ConsumeMessage | null)[] = [];
  private wake: () => void = () => {};
  private tag = '';

  constructor(private readonly channel: Channel) {}

  async begin(): Promise<void> {
    await this.channel.prefetch(1);
    const onItem = (message: ConsumeMessage | null) => {
      this.arrived.push(message);
      this.wake();
    };
    this.tag = (await this.channel.consume(QUEUE, onItem)).consumerTag;
  }

  /** Nothing if no item came for a while. */
  async next(): Promise<ConsumeMessage | undefined> {
    if (this.arrived.length === 0) {
      const waiting = new AbortController();
      this.wake = () => waiting.abort();
      await sleep(2000, undefined, { signal: waiting.signal }).catch(() => {});
    }
    const message = this.arrived.shift();
    if (message === null) throw new Error('the broker has cancelled the consumer');
    return message;
  }

  async end(): Promise<void> {
    await this.channel.cancel(this.tag);
  }
}

/** Processes an item and records how it ended. Resolves with whether it is done. */
async function settle(ledger: Ledger, item: Buffer, number: string, generation: number): Promise<boolean> {
  const started = new Date();
  const headers: Headers = generation > 0 ? { generation } : {};
  const seconds = () => (Date.now() - started.getTime()) / 1000;
  try {
    await processItem(item);
  } catch (error) {
    const reason = String(error);
    console.error(`item ${number} failed: ${reason}`);
    const letter = { reason, attempts: 1, pod: WHERE.pod, seconds: seconds(), ...headers };
    await ledger.publish(`${QUEUE}.dead`, item, number, letter);
    await ledger.record('dead', number, { description: reason, ...WHERE }, headers);
    return false;
  }
  const details = { attempt: 1, ...WHERE, started: started.toISOString(), seconds: seconds() };
  await ledger.record('done', number, details, headers);
  return true;
}

/** Resolves with the exit code. */
async function consume(connection: ChannelModel): Promise<number> {
  await waitUntilFilled(connection);
  const ledger = new Ledger(connection, await connection.createConfirmChannel());
  const channel = await connection.createChannel();
  const items = new Items(channel);
  await items.begin();
  for (let firstDeliveries = 0; ; ) {
    const message = await items.next();
    if (!message) {
      await ledger.read();
      if (ledger.isComplete) return ledger.hasDeadLetters ? DEAD_LETTERS : 0;
      continue;
    }
    const { redelivered } = message.fields;
    const { messageId: number, headers: { run, generation = 0 } = {} } = message.properties;
    if (run !== RUN || number === undefined) {
      channel.reject(message, false); // a message of somebody else
      continue;
    }
    if (redelivered || generation > 0) {
      await ledger.read();
      if (ledger.isOver(number, generation)) {
        channel.ack(message);
        continue;
      }
    }
    const isDone = await settle(ledger, message.content, number, generation);
    // Only first deliveries count: N of them are N different items.
    if (isDone && !redelivered) firstDeliveries++;
    const isEnough = ENDS_BY_COUNT && firstDeliveries === ITEMS_PER_POD;
    // Before the ack, after which the broker would send the next item.
    if (isEnough) await items.end();
    channel.ack(message);
    if (!isEnough) continue;
    // When the channel is closed, the broker has the ack. amqplib closes a connection before it sends what is left.
    await channel.close();
    return 0;
  }
}

async function main(): Promise<void> {
  // Node.js is process 1 of the container, which has no default action for the signal. The item returns to the queue.
  process.on('SIGTERM', () => process.exit(143));
  const connection = await connect();
  const code = await consume(connection);
  await connection.close();
  process.exitCode = code;
}

/** Does the work. The item has failed if this rejects. */
async function processItem(item: Buffer): Promise<void> {
  const number = Number(item.toString());
  if (!Number.isSafeInteger(number)) throw new Error(`${item} is not a whole number`);
  const factors: number[] = [];
  for (let n = 1; n <= number; n++) {
    if (number % n === 0) factors.push(n);
    // The connection sends heartbeats only while nothing else runs. Long work that cannot pause belongs into a worker thread.
    if (n % 1_000_000 === 0) await sleep(0);
  }
  console.log(`${number} has the factors [${factors.join(', ')}]`);
}

void main();
