import { writeFileSync } from 'node:fs';
import { Env } from '../../contract/environment';
import { ExitCode } from '../../contract/exit-codes';
import { Paths } from '../../contract/mount-paths';
import { debug, stackOf } from './debug';
import { log, oneLine } from './log';

/** How a program of ours ends: its exit code, and the sentence that `kubectl describe pod` shows. */
export interface Ending {
  readonly code: number;
  readonly sentence: string;
}

/** No later try of this pod can be better. The message is the sentence: what it is, and what to do. */
export class FinalError extends Error {
  override name = 'FinalError';
}

/** How a program ends that an error ends. */
export function endingOf(error: Error): Ending {
  debug?.(stackOf(error));
  const sentence = error instanceof FinalError ? error.message : `${error.name}: ${error.message}`;
  return { code: ExitCode.TRY_AGAIN, sentence };
}

/**
 * Runs a program to its end: the last line of the log and the termination message are the ending's sentence.
 *
 * @param run may throw as well as reject: what it needs may be missing from the environment
 */
export function endWith(run: () => Promise<Ending>): void {
  // Nothing can wait for it: the process ends with it.
  void Promise.resolve().then(run).catch(endingOf).then(end);
}

function end(ending: Ending): never {
  const sentence = oneLine(ending.sentence);
  log(sentence);
  try {
    writeFileSync(process.env[Env.TERMINATION_LOG] ?? Paths.TERMINATION_LOG, `${sentence}\n`);
  } catch {
    // The log has the sentence; a missing termination log must not change how the pod ends.
  }
  process.exit(ending.code);
}

/**
 * Aborts when the pod is asked to leave. A program that is PID 1 has no default action for SIGTERM: without a handler the
 * kubelet would wait for the whole grace period and then kill.
 */
export function leaveSignal(): AbortSignal {
  const leave = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => leave.abort());
  return leave.signal;
}
