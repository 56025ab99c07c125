import { log } from '../runtime/log';
import { backOff, sleep } from '../runtime/time';
import { declare, somebodyElses } from './declare';
import { lookOr } from './look-or';
import { BrokerError, ReplyCode, type Session } from './session';

export interface Lock {
  release(): Promise<void>;
}

/**
 * An exclusive queue is a lock that its holder's death releases: the broker deletes it with the connection. Throws the
 * broker's refusal where somebody else holds it and the pod is asked to leave, or the broker has closed the connection over
 * it: the next try is over another one.
 *
 * @param others who may hold it, and what for: said once, when that is so
 * @param waiting called at each try while that is so
 */
export async function takeLock(
  session: Session,
  name: string,
  leave: AbortSignal,
  others: string,
  waiting?: () => void,
): Promise<Lock> {
  const pause = backOff(250, 2000);
  let said = false;
  for (;;) {
    const channel = await session.channel();
    try {
      await declare(channel, name, { exclusive: true, durable: false });
      return {
        release: async () => {
          await channel.call(`unlock ${name}`, (c) => c.deleteQueue(name));
          await channel.close();
        },
      };
    } catch (error) {
      if (!isLocked(error)) throw error;
      const open = !session.lost.aborted;
      if (open && (await lookAtLock(session, name)) === 'shared') throw somebodyElses(name, error);
      if (!said) log(`${others}; waiting`);
      said = true;
      waiting?.();
      if (session.lost.aborted) throw new BrokerError(`${name} is locked by another pod`, error.code);
      if (leave.aborted) throw error;
      await sleep(pause(), leave);
    }
  }
}

/** `shared` is a queue of that name that is not exclusive, and so no lock: the broker refuses it for ever, in the same words. */
export async function lookAtLock(session: Session, name: string): Promise<'absent' | 'held' | 'shared'> {
  const found = await lookOr(session, name, {
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
