import { type Command, InvalidArgumentError } from 'commander';
import type { LetterFilter } from '../dead-letters/letter-filter';
import { addBrokerOptions, type CommonOptions, RUN_ARGUMENT } from './cluster-options';
import { parseWholeNumber } from './whole-number';

/** The options by which dead letters are chosen. */
export type LetterOptions = LetterFilter & CommonOptions;

/** Adds the argument `<run>`, the options of the cluster, and those that choose dead letters. */
export function addLetterOptions(command: Command): Command {
  return addBrokerOptions(command)
    .argument('<run>', RUN_ARGUMENT)
    .option('--reason <text>', 'only dead letters whose reason contains the text, in upper or lower case')
    .option('--exit-code <number>', 'only those whose program ended with this exit code', parseWholeNumber)
    .option('--stderr <pattern>', 'only those whose end of standard error matches the regular expression', parsePattern)
    .option('--item <number>', 'only that of the item with this number, from 0; may be repeated', collectNumbers);
}

export function filterOf({ reason, exitCode, stderr, item }: LetterOptions): LetterFilter {
  return { reason, exitCode, stderr, item };
}

function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'm');
  } catch (error) {
    throw new InvalidArgumentError(`It must be a regular expression: ${(error as Error).message}.`);
  }
}

function collectNumbers(text: string, before: readonly number[] = []): number[] {
  return [...before, parseWholeNumber(text)];
}
