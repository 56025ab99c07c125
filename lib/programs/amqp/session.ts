import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { debug, timed } from '../runtime/debug';
import { log } from '../runtime/log';
import { TimeLimitError, within } from '../runtime/time';
import type { BrokerAddress } from './broker-address';
import { explainRefusal } from './explain-refusal';
import { lookUpShuffled } from './look-up';

/**
 * Something went wrong between us and the broker. What was under way is unknown, neither done nor failed: drop the session
 * and look again over a new one.
 */
export class BrokerError extends Error {
  override name = 'BrokerError';
  constructor(
    message: string,
    /** The AMQP reply code, where the broker gave one. */
    readonly code?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What brokers answer. */
export const ReplyCode = {
  NOT_FOUND: 404,
  /** Somebody else's exclusive queue. Closes the channel. */
  RESOURCE_LOCKED: 405,
  /** A queue that is there with other arguments, among others. */
  PRECONDITION_FAILED: 406,
  /** Somebody else's exclusive queue, on brokers that close the connection over it (Apache Qpid Broker-J). */
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
    const tls = address.tls && { ca: address.authorities(), servername: address.serverName };
    const never = new AbortController().signal;
    const opening = connect(options, { timeout: CONNECT_LIMIT_MS, noDelay: true, lookup: lookUpShuffled, ...tls });
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
      log(`the broker is in an alarm (${reason}) and takes no messages; waiting`);
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

  /** What the broker calls itself: `RabbitMQ`, or another one, or nothing. */
  get product(): unknown {
    return this.model.connection.serverProperties.product;
  }

  /** Whether it is RabbitMQ of this version or a later one. */
  isRabbitMQ(major: number, minor: number): boolean {
    if (this.product !== 'RabbitMQ') return false;
    const [theirs, theirMinor] = String(this.model.connection.serverProperties.version).split('.').map(Number);
    return theirs > major || (theirs === major && theirMinor >= minor);
  }

  /** The broker takes no messages for now: it is in an alarm (memory, disk). */
  get blocked(): boolean {
    return this.isBlocked;
  }

  async channel(): Promise<SessionChannel<Channel>> {
    return new SessionChannel(await bounded('open a channel', this.lost, this.model.createChannel()), this.lost);
  }

  async confirmChannel(): Promise<SessionChannel<ConfirmChannel>> {
    return new SessionChannel(await bounded('open a channel', this.lost, this.model.createConfirmChannel()), this.lost);
  }

  /** Ready messages and consumers of a queue, by a passive declaration; a 404 where it is not there. */
  async look(queue: string): Promise<{ ready: number; consumers: number }> {
    const channel = await this.channel();
    const seen = await channel.look(queue);
    await channel.close();
    return seen;
  }

  async close(): Promise<void> {
    try {
      await bounded('close the connection', this.lost, this.model.close(), 5_000);
    } catch {
      this.drop();
    }
  }

  /** Ends the connection without a word. The broker gives back what it had sent us. */
  drop(): void {
    debug?.('broker: the connection is dropped');
    this.loss.abort(new BrokerError('the connection was dropped'));
    destroy(this.model);
  }
}

/** amqplib has no call that ends a connection without asking the broker, which may be gone. */
function destroy(model: ChannelModel): void {
  (model.connection as unknown as { stream?: { destroy(): void } }).stream?.destroy();
}

/** A channel with the same promises: every call is bounded, and a channel that the broker closed is an error at once. */
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

  /** The loss of the channel, whoever noticed it. */
  lose(reason: BrokerError): void {
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

  async look(queue: string): Promise<{ ready: number; consumers: number }> {
    const { messageCount, consumerCount } = await this.call(`look at queue ${queue}`, (c) => c.checkQueue(queue));
    return { ready: messageCount, consumers: consumerCount };
  }

  /** Closes the channel and waits for the broker's word that it is closed: what was sent before has then been done. */
  async close(): Promise<void> {
    this.closing = true;
    await this.call('close a channel', (c) => c.close());
  }
}

function codeOf(error: Error): number | undefined {
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'number' ? code : undefined;
}
