import { ExitCode } from '../../contract/exit-codes';
import { debug, stackOf } from '../runtime/debug';
import type { ExitStatus } from '../runtime/exit-status';
import { duration, log } from '../runtime/log';
import { GaveUp, Obstacle, retry } from '../runtime/retry';
import type { RetryDeadline } from '../runtime/retry-deadline';
import { BackOff } from '../runtime/time';
import { addressText, type BrokerAddress } from './broker-address';
import { BrokerError, Session } from './session';

/** A session that lasted this long was a good one, so the next attempt comes soon. */
const LASTED_MS = 60_000;

export interface SessionsOptions {
  readonly broker: BrokerAddress;
  readonly deadline: RetryDeadline;
  /** Aborts when the pod is terminated. */
  readonly shutdown: AbortSignal;
  readonly work: (session: Session) => Promise<ExitStatus>;
}

/**
 * Does `work` over a session, and over another one after each {@link BrokerError}, with back-off, until it has an exit status,
 * the pod is terminated, or the deadline has passed.
 */
export async function overSessions(options: SessionsOptions): Promise<ExitStatus> {
  const { broker, deadline, shutdown, work } = options;
  const address = addressText(broker);
  const backOff = new BackOff(500, 30_000);
  const status = await retry({
    attempt: async () => {
      let session: Session | undefined;
      const began = performance.now();
      try {
        session = await Session.open(broker);
        const status = await work(session);
        await session.close();
        return status;
      } catch (error) {
        session?.drop();
        if (!(error instanceof BrokerError)) throw error;
        debug?.(stackOf(error));
        if (performance.now() - began > LASTED_MS) backOff.reset();
        return new Obstacle(error.message);
      }
    },
    backOff,
    deadline,
    signal: shutdown,
    describe: (trouble, pause) => log(`broker ${address}: ${trouble}; trying again in ${duration(pause)}`),
  });
  if (!(status instanceof GaveUp)) return status;
  if (status.because === 'terminated') {
    const message = `terminated while the broker could not be reached: broker ${address}: ${status.obstacle}`;
    return { code: ExitCode.STOPPED, message };
  }
  const message = `broker ${address}: gave up after ${deadline.limit}: ${status.obstacle}`;
  return { code: ExitCode.TRY_AGAIN, message };
}
