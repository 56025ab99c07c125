import { ExitCode } from '../../contract/exit-codes';
import { debug, stackOf } from '../runtime/debug';
import type { Ending } from '../runtime/ending';
import { duration, log } from '../runtime/log';
import type { Patience } from '../runtime/patience';
import { backOff, sleep } from '../runtime/time';
import { addressText, type BrokerAddress } from './broker-address';
import { BrokerError, Session } from './session';

/** A session that lasted this long was a good one: the next is tried soon. */
const LASTED_MS = 60_000;

/**
 * Does `work` over a session, and over another one after each {@link BrokerError}, with back-off, until it has an ending,
 * the pod is asked to leave, or patience is exhausted.
 */
export async function overSessions(
  address: BrokerAddress,
  patience: Patience,
  leave: AbortSignal,
  work: (session: Session) => Promise<Ending>,
): Promise<Ending> {
  const where = addressText(address);
  let pause = backOff(500, 30_000);
  let trouble = '';
  for (;;) {
    let session: Session | undefined;
    const began = Date.now();
    try {
      session = await Session.open(address);
      const ending = await work(session);
      await session.close();
      return ending;
    } catch (error) {
      session?.drop();
      if (!(error instanceof BrokerError)) throw error;
      debug?.(stackOf(error));
      trouble = `broker ${where}: ${error.message}`;
      if (leave.aborted) break;
      if (patience.exhausted) {
        const sentence = `broker ${where}: gave up after ${patience.limit}: ${error.message}`;
        return { code: ExitCode.TRY_AGAIN, sentence };
      }
      if (Date.now() - began > LASTED_MS) pause = backOff(500, 30_000);
      const wait = pause();
      log(`${trouble}; again in ${duration(wait)}`);
      await sleep(wait, leave);
      if (leave.aborted) break;
    }
  }
  return { code: ExitCode.LEFT, sentence: `asked to leave while the broker was out of reach: ${trouble}` };
}
