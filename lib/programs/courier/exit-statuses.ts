import { ExitCode } from '../../contract/exit-codes';
import type { ExitStatus } from '../runtime/exit-status';

/** The pod was terminated: a graceful shutdown. */
export function terminated(what: string): ExitStatus {
  return { code: ExitCode.STOPPED, message: `terminated: ${what}` };
}

/** The pod is as old as it may be, and holds no item. The Job gives its index to a new pod. */
export function tooOld(what: string): ExitStatus {
  return {
    code: ExitCode.PROGRESSED,
    message: `this pod is as old as it may be, and another one takes its place; ${what}`,
  };
}

/** The worker's container died, and no item answers for it. */
export function workerDied(what: string): ExitStatus {
  return { code: ExitCode.TRY_AGAIN, message: `the worker's container died between two items; ${what}` };
}
