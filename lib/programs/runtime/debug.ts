import { EnvName } from '../../contract/environment';
import { duration, log, oneLine } from './log';

/**
 * Logs a line if `WORK_QUEUE_LOG` is `debug`, and is undefined otherwise: `debug?.(…)` then computes nothing. A line must not
 * contain credentials or the bodies of items.
 */
export const debug: ((line: string) => void) | undefined =
  process.env[EnvName.LOG] === 'debug' ? (line) => log(`debug: ${line}`) : undefined;

/** Logs how `call` settled and after how long. It settles as `call` does; without the debug log it is `call` itself. */
export function timed<T>(what: string, call: Promise<T>): Promise<T> {
  if (!debug) return call;
  const began = performance.now();
  const settled = (how: string) => debug?.(`${what}: ${how} after ${duration(performance.now() - began)}`);
  return call.then(
    (value) => {
      settled('answered');
      return value;
    },
    (error) => {
      settled(`failed (${oneLine(error.message)})`);
      throw error;
    },
  );
}

/** Where an error was thrown, and where the errors that caused it were. */
export function stackOf(error: Error): string {
  const { stack = `${error.name}: ${error.message}`, cause } = error;
  return cause instanceof Error ? `${stack}\ncaused by ${stackOf(cause)}` : stack;
}
