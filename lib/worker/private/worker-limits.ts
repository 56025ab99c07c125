import { Duration } from 'cdk8s';
import { holdSeconds } from '../../contract/limits';
import type { Check } from '../../validation/check';
import type { WorkerJobProps } from '../worker-job-props';

/** The courier waits with Node's timers, whose maximum is 2,147,483,647 ms. https://nodejs.org/api/timers.html */
const TIMER_RANGE = { min: 1, max: 24 * 24 * 60 * 60 };

/** The checked numbers that all workers have. */
export interface WorkerLimits {
  readonly maxAttempts: number;
  readonly maxInterruptions: number;
  readonly itemTimeoutSeconds: number;
  readonly toleratedDeadLetters: number;
  /** In ascending order, each of them once: their order has no meaning. */
  readonly permanentExitCodes: readonly number[];
  readonly graceSeconds: number;
  /** How long a pod may hold an item. */
  readonly holdSeconds: number;
}

export function workerLimits(check: Check, props: WorkerJobProps): WorkerLimits {
  const { itemTimeout = Duration.hours(1), terminationGracePeriod = Duration.seconds(30) } = props;
  const maxAttempts = check.wholeNumber('maxAttempts', props.maxAttempts ?? 3, 1, 'An item is tried at least once.');
  const maxInterruptions = check.wholeNumber(
    'maxInterruptions',
    props.maxInterruptions ?? 10,
    1,
    'With 1, an item whose pod is terminated becomes a dead letter.',
  );
  const itemTimeoutSeconds = check.seconds(
    'itemTimeout',
    itemTimeout,
    TIMER_RANGE,
    'Split longer work into more items.',
  );
  const graceSeconds = check.seconds(
    'terminationGracePeriod',
    terminationGracePeriod,
    TIMER_RANGE,
    'A program needs time to end.',
  );
  return {
    maxAttempts,
    maxInterruptions,
    itemTimeoutSeconds,
    toleratedDeadLetters: toleratedDeadLetters(check, props),
    permanentExitCodes: permanentExitCodes(check, props.permanentExitCodes),
    graceSeconds,
    holdSeconds: holdSeconds(maxAttempts, itemTimeoutSeconds, graceSeconds),
  };
}

function toleratedDeadLetters(check: Check, props: WorkerJobProps): number {
  const { toleratedDeadLetters: count, toleratedDeadLettersPercent: percent, queue } = props;
  if (percent === undefined) {
    return check.wholeNumber('toleratedDeadLetters', count ?? 0, 0, 'With 0, every item must be done.');
  }
  check.percentage('toleratedDeadLettersPercent', percent, 'With 0, every item must be done.');
  if (count !== undefined) {
    const rule = `cannot be combined with toleratedDeadLetters, which is ${count}`;
    throw check.conflict('toleratedDeadLettersPercent', percent, rule, 'Omit one of them.');
  }
  // Twelve digits are more than a count has, and fewer than those that are wrong: 100 times 0.57 is 56.99999999999999.
  return Math.floor(Number(((queue.itemCount * percent) / 100).toPrecision(12)));
}

/** What a shell says of a program that is not executable, and of one that does not exist. */
const NOT_STARTED = [126, 127];

function permanentExitCodes(check: Check, given: readonly number[] = NOT_STARTED): number[] {
  for (const [n, code] of given.entries()) check.exitCode(`permanentExitCodes[${n}]`, code);
  return [...new Set(given)].sort((a, b) => a - b);
}
