import { writeFileSync } from 'node:fs';
import { EnvName } from '../../contract/environment';
import { ExitCode } from '../../contract/exit-codes';
import { MountPath } from '../../contract/mount-paths';
import { debug, stackOf } from './debug';
import { log, oneLine } from './log';

/** How a program of this package ends: its exit code, and the message that `kubectl describe pod` shows. */
export interface ExitStatus {
  readonly code: number;
  readonly message: string;
}

/** No later attempt of this pod can be better. The message says what is wrong, and what to do. */
export class FinalError extends Error {
  override name = 'FinalError';
}

/** How a program ends that an error ends. */
export function exitStatusOf(error: Error): ExitStatus {
  debug?.(stackOf(error));
  const message = error instanceof FinalError ? error.message : `${error.name}: ${error.message}`;
  return { code: ExitCode.TRY_AGAIN, message };
}

/**
 * Runs a program to its end. Its message becomes the last line of the log and the termination message.
 *
 * @param run may throw as well as reject: what it needs may be missing from the environment
 */
export function exitWith(run: () => Promise<ExitStatus>): void {
  // Nothing can wait for it: the process ends with it.
  void Promise.resolve().then(run).catch(exitStatusOf).then(exit);
}

function exit(status: ExitStatus): never {
  const message = oneLine(status.message);
  log(message);
  try {
    writeFileSync(process.env[EnvName.TERMINATION_LOG] ?? MountPath.TERMINATION_LOG, `${message}\n`);
  } catch {
    // The log has the message; a missing termination log must not change how the pod ends.
  }
  process.exit(status.code);
}

/**
 * Aborts when the pod is terminated. A program that is PID 1 has no default action for SIGTERM: without a handler the kubelet
 * would wait for the whole grace period and then kill it.
 */
export function shutdownSignal(): AbortSignal {
  const shutdown = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => shutdown.abort());
  return shutdown.signal;
}
