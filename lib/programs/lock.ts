import { BrokerError, type Session } from './session';
import { jittered, sleep } from './time';

export interface Lock {
  release(): Promise<void>;
}

const RESOURCE_LOCKED = 405;

/**
 * An exclusive queue is a lock that its holder's death releases: the broker deletes it with the connection. Throws the
 * broker's refusal (405) where somebody else holds it and the pod is asked to leave.
 */
export async function takeLock(
  session: Session,
  name: string,
  leave: AbortSignal,
  waiting?: () => void,
): Promise<Lock> {
  for (;;) {
    const channel = await session.channel();
    try {
      await channel.call(`lock ${name}`, (c) => c.assertQueue(name, { exclusive: true, durable: false }));
      return {
        release: async () => {
          await channel.call(`unlock ${name}`, (c) => c.deleteQueue(name));
          await channel.close();
        },
      };
    } catch (error) {
      if (!(error instanceof BrokerError) || error.code !== RESOURCE_LOCKED || leave.aborted) throw error;
      waiting?.();
      await sleep(jittered(500), leave);
    }
  }
}
