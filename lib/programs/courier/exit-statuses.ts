import { ExitCode } from '../../contract/exit-codes';
import type { ExitStatus } from '../runtime/exit-status';

/** The pod was terminated: a graceful shutdown. */
export function terminated(what: string): ExitStatus {
  return { code: ExitCode.STOPPED, message: `terminated: ${what}` };
}

/** The worker's container died, and no item answers for it. */
export function workerDied(what: string): ExitStatus {
  return { code: ExitCode.TRY_AGAIN, message: `the worker's container died between two items; ${what}` };
}
