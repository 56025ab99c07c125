import { isIP } from 'node:net';
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { debug, timed } from '../runtime/debug';
import { log } from '../runtime/log';
import { TimeLimitError, within } from '../runtime/time';
import type { BrokerAddress } from './broker-address';
import { explainRefusal } from './explain-refusal';
import { shuffledLookup } from './shuffled-lookup';

/**
 * Something went wrong between this program and the broker. What was under way is unknown, neither done nor failed: drop the
 * session and find out over a new one.
 */
export class BrokerError extends Error {
  override name = 'BrokerError';
  constructor(
    message: string,
    /** The AMQP reply code, if the broker gave one. */
    readonly code?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a queue holds, as the broker counts it. */
export interface QueueStatus {
  readonly ready: number;
  readonly consumers: number;
}

/** AMQP reply codes. https://www.rabbitmq.com/amqp-0-9-1-reference#constants */
export const ReplyCode = {
  /** The user lacks a permission. Closes the channel. */
  ACCESS_REFUSED: 403,
  NOT_FOUND: 404,
  /** The exclusive queue of another connection. Closes the channel. */
  RESOURCE_LOCKED: 405,
  /** Among others, a queue that already exists with different arguments. */
  PRECONDITION_FAILED: 406,
  /** The exclusive queue of another connection, on brokers that close the connection over it (Apache Qpid Broker-J). */
  NOT_ALLOWED: 530,
} as const;

/** The broker did not answer in time. */
export class NoAnswerError extends BrokerError {}

/** No answer within this is no answer: amqplib's promises may never settle when the connection dies under them. */
const CALL_LIMIT_MS = 15_000;
const CONNECT_LIMIT_MS = 15_000;
const HEARTBEAT_SECONDS = 15;

/** Rejects as soon as `signal` aborts, with its reason. */
function rejection(signal: AbortSignal): { promise: Promise<never>; release: () => void } {
  let release = () => {};
  const promise = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    release = () => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
  promise.catch(() => {});
  return { promise, release };
}

async function bounded<T>(what: string, lost: AbortSignal, promise: Promise<T>, limit = CALL_LIMIT_MS): Promise<T> {
  const loss = rejection(lost);
  try {
    return await timed(`broker: ${what}`, within(limit, what, Promise.race([promise, loss.promise])));
  } catch (error) {
    promise.catch(() => {});
    if (error instanceof BrokerError) throw error;
    if (error instanceof TimeLimitError) throw new NoAnswerError(error.message);
    const { message, code } = error as Error & { code?: unknown };
    throw new BrokerError(`${what}: ${message || code}`, typeof code === 'number' ? code : undefined, { cause: error });
  } finally {
    loss.release();
  }
}

/** A connection to the broker on which every call has a time limit and a lost connection is an error at once. */
export class Session {
  private readonly loss = new AbortController();
  private isBlocked = false;

  static async open(address: BrokerAddress): Promise<Session> {
    const options = {
      protocol: address.tls ? 'amqps' : 'amqp',
      hostname: address.host,
      port: address.port,
      ...address.credentials(),
      vhost: address.virtualHost,
      heartbeat: HEARTBEAT_SECONDS,
    };
    // TLS has no server name for an address: Node.js then verifies the host.
    const servername = isIP(address.serverName) ? undefined : address.serverName;
    const tls = address.tls && { ca: address.authorities(), servername };
    const never = new AbortController().signal;
    const opening = connect(options, { timeout: CONNECT_LIMIT_MS, noDelay: true, lookup: shuffledLookup, ...tls });
    // One that opens too late would stay open.
    const late = (model: ChannelModel) => destroy(model);
    const explained = opening.catch((error) => Promise.reject(explainRefusal(error)));
    try {
      return new Session(await bounded('connect', never, explained, CONNECT_LIMIT_MS + 1000));
    } catch (error) {
      opening.then(late, () => {});
      throw error;
    }
  }

  private constructor(private readonly model: ChannelModel) {
    model.on('error', (error) =>
      this.loss.abort(new BrokerError(`the connection broke: ${error.message}`, codeOf(error))),
    );
    model.on('close', (error) =>
      this.loss.abort(new BrokerError(`the broker closed the connection${error ? `: ${error.message}` : ''}`)),
    );
    model.on('blocked', (reason) => {
      this.isBlocked = true;
      log(`the broker is in an alarm (${reason}) and accepts no messages; waiting`);
    });
    model.on('unblocked', () => {
      this.isBlocked = false;
      log('the alarm of the broker is over');
    });
  }

  /** Aborts, with a {@link BrokerError}, when the connection is gone. */
  get lost(): AbortSignal {
    return this.loss.signal;
  }

  /** What the broker calls itself: `RabbitMQ`, another name, or nothing. */
  get product(): unknown {
    return this.model.connection.serverProperties.product;
  }

  /** Whether the broker is RabbitMQ of this version or a later one. */
  isRabbitMQ(major: number, minor: number): boolean {
    if (this.product !== 'RabbitMQ') return false;
    const [theirs, theirMinor] = String(this.model.connection.serverProperties.version).split('.').map(Number);
    return theirs > major || (theirs === major && theirMinor >= minor);
  }

  /** Whether the broker has queues that are read without taking anything away. https://www.rabbitmq.com/docs/streams */
  get hasStreams(): boolean {
    return this.isRabbitMQ(3, 9);
  }

  /** The broker accepts no messages for now: it is in an alarm (memory, disk). */
  get blocked(): boolean {
    return this.isBlocked;
  }

  async channel(): Promise<SessionChannel<Channel>> {
    return new SessionChannel(await bounded('open a channel', this.lost, this.model.createChannel()), this.lost);
  }

  async confirmChannel(): Promise<SessionChannel<ConfirmChannel>> {
    return new SessionChannel(await bounded('open a channel', this.lost, this.model.createConfirmChannel()), this.lost);
  }

  /** The status of a queue, by a passive declaration over a channel of its own. Rejects with a 404 if the queue is missing. */
  async queueStatus(queue: string): Promise<QueueStatus> {
    const channel = await this.channel();
    const status = await channel.queueStatus(queue);
    await channel.close();
    return status;
  }

  async close(): Promise<void> {
    try {
      await bounded('close the connection', this.lost, this.model.close(), 5_000);
    } catch {
      this.drop();
    }
  }

  /** Ends the connection without a word. The broker requeues what it had delivered over it. */
  drop(): void {
    debug?.('broker: the connection is dropped');
    this.loss.abort(new BrokerError('the connection was dropped'));
    destroy(this.model);
  }
}

/** amqplib has no call that ends a connection without asking the broker, which may be dead. */
function destroy(model: ChannelModel): void {
  (model.connection as unknown as { stream?: { destroy(): void } }).stream?.destroy();
}

/** A channel on which every call has a time limit and a channel that the broker closed is an error at once. */
export class SessionChannel<C extends Channel> {
  private readonly loss = new AbortController();
  private closing = false;

  constructor(
    readonly raw: C,
    sessionLost: AbortSignal,
  ) {
    raw.on('error', (error) =>
      this.loss.abort(new BrokerError(`the broker closed the channel: ${error.message}`, codeOf(error))),
    );
    raw.on('close', () => {
      if (!this.closing) this.loss.abort(new BrokerError('the channel is closed'));
    });
    const abort = () => this.loss.abort(sessionLost.reason);
    if (sessionLost.aborted) abort();
    else {
      sessionLost.addEventListener('abort', abort);
      raw.on('close', () => sessionLost.removeEventListener('abort', abort));
    }
  }

  get lost(): AbortSignal {
    return this.loss.signal;
  }

  /** Counts the channel as lost, for a reason that the broker did not give. */
  lose(reason: Error): void {
    this.loss.abort(reason);
  }

  call<T>(what: string, work: (channel: C) => Promise<T>, limit?: number): Promise<T> {
    if (this.lost.aborted) return Promise.reject(this.lost.reason);
    let promise: Promise<T>;
    try {
      promise = work(this.raw);
    } catch (error) {
      // amqplib throws at once on a channel that it knows to be closed.
      return Promise.reject(new BrokerError(`${what}: ${(error as Error).message}`));
    }
    return bounded(what, this.lost, promise, limit);
  }

  async queueStatus(queue: string): Promise<QueueStatus> {
    const { messageCount, consumerCount } = await this.call(`status of queue ${queue}`, (c) => c.checkQueue(queue));
    return { ready: messageCount, consumers: consumerCount };
  }

  /** Closes the channel and waits for the broker's answer: by then the broker has done what was sent before. */
  async close(limit?: number): Promise<void> {
    this.closing = true;
    await this.call('close a channel', (c) => c.close(), limit);
  }
}

function codeOf(error: Error): number | undefined {
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'number' ? code : undefined;
}
