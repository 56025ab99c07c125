import { log } from '../runtime/log';
import { GaveUp, Obstacle, retry } from '../runtime/retry';
import { BackOff } from '../runtime/time';
import { declare, foreignQueue } from './declare';
import { queueStatusOr } from './queue-status';
import { BrokerError, ReplyCode, type Session } from './session';

export interface Lock {
  release(): Promise<void>;
}

export interface LockOptions {
  /** The queue that is the lock. */
  readonly name: string;
  /** Aborts when the pod is terminated. */
  readonly shutdown: AbortSignal;
  /** Which pod may hold the lock, and what for: logged once while this pod waits. */
  readonly holder: string;
  /** Called at each attempt while another pod holds the lock. */
  readonly onHeld?: () => void;
}

/**
 * An exclusive queue is a lock that its holder's death releases: the broker deletes the queue with the connection. Throws the
 * broker's refusal if another pod holds the lock and this pod is terminated, or if the broker has closed the connection over it:
 * the next attempt uses another connection.
 */
export async function takeLock(session: Session, { name, shutdown, holder, onHeld }: LockOptions): Promise<Lock> {
  let refusal: BrokerError | undefined;
  let logged = false;
  const lock = await retry({
    attempt: async () => {
      const lock = await tryLock(session, name);
      if (!(lock instanceof BrokerError)) return lock;
      refusal = lock;
      if (!logged) log(`${holder}; waiting`);
      logged = true;
      onHeld?.();
      if (session.lost.aborted) throw new BrokerError(`${name} is locked by another pod`, lock.code);
      return new Obstacle(lock.message);
    },
    backOff: new BackOff(250, 2000),
    signal: shutdown,
  });
  if (lock instanceof GaveUp) throw refusal ?? new BrokerError(lock.obstacle);
  return lock;
}

/** The lock, or the broker's refusal if another pod holds it. Some brokers close the connection with the refusal. */
export async function tryLock(session: Session, name: string): Promise<Lock | BrokerError> {
  const channel = await session.channel();
  try {
    await declare(channel, name, { exclusive: true, durable: false });
  } catch (error) {
    if (!isLocked(error)) throw error;
    if (!session.lost.aborted && (await lockState(session, name)) === 'shared') throw foreignQueue(name, error);
    return error;
  }
  return {
    release: async () => {
      await channel.call(`unlock ${name}`, (c) => c.deleteQueue(name));
      await channel.close();
    },
  };
}

/** `shared` is a queue of that name that is not exclusive, and so no lock: the broker refuses it forever, in the same words. */
export async function lockState(session: Session, name: string): Promise<'absent' | 'held' | 'shared'> {
  const found = await queueStatusOr(session, name, {
    [ReplyCode.NOT_FOUND]: 'absent',
    [ReplyCode.RESOURCE_LOCKED]: 'held',
    [ReplyCode.NOT_ALLOWED]: 'held',
  });
  return typeof found === 'string' ? found : 'shared';
}

function isLocked(error: unknown): error is BrokerError {
  if (!(error instanceof BrokerError)) return false;
  return error.code === ReplyCode.RESOURCE_LOCKED || error.code === ReplyCode.NOT_ALLOWED;
}
