import { Duration } from 'cdk8s';
import { Check } from '../../validation/check';
import { synthError } from '../../validation/synth-error';
import { Program } from '../program';
import type { JobProps } from './delivery-way';
import { itemVariables } from './item-use';

/** The properties that only a courier can keep, and what it does for them. */
const OF_COURIER = {
  maxAttempts: 'counts the attempts of an item',
  permanentExitCodes: 'decides whether another attempt follows',
  maxInterruptions: 'counts the interruptions of an item',
  toleratedDeadLetters: 'counts the dead letters',
  toleratedDeadLettersPercent: 'counts the dead letters',
  itemVariable: 'sets a variable for each item',
  courierResources: 'is a container of its own',
} as const satisfies Partial<Record<keyof JobProps, string>>;

/**
 * Requires that nothing is given that needs a courier.
 *
 * @param call how the user has asked for a pod without one
 */
export function requireNoCourierProps(context: string, call: string, props: JobProps): void {
  for (const [name, deed] of Object.entries(OF_COURIER) as [keyof typeof OF_COURIER, string][]) {
    const given = props[name];
    if (given === undefined) continue;
    const rule = `needs the courier, which ${deed}, and with ${call} the pod has none`;
    throw new Check(context).conflict(name, shown(given), rule, `Omit ${name}, or omit delivery.`);
  }
  requireNoPlaceholders(context, call, props);
}

/** Requires that no argument or variable refers to the item's file, which exists only if this package gets the item. */
export function requireNoItemFile(context: string, call: string, props: JobProps): void {
  const { program, envVariables = {} } = props;
  const places: [string, string | undefined][] = [
    ...program._command().map((word): [string, string] => ['an argument of the program', word]),
    ...Object.entries(envVariables).map(([name, { value }]): [string, string | undefined] => [
      `variable ${name}`,
      value,
    ]),
  ];
  for (const [place, text] of places) {
    if (typeof text !== 'string' || !text.includes(Program.ITEM_FILE)) continue;
    const problem = `${place} contains Program.ITEM_FILE, but with ${call} the program itself takes the item from the queue, and there is no such file`;
    throw synthError(context, problem, 'Omit Program.ITEM_FILE, or omit delivery.');
  }
}

function requireNoPlaceholders(context: string, call: string, props: JobProps): void {
  const [variable] = Object.keys(itemVariables(props));
  const place = props.program._itemArguments() ? 'an argument of the program' : variable && `variable ${variable}`;
  if (!place) return;
  const problem = `${place} contains Program.ITEM or Program.field, which the courier replaces for each item, and with ${call} the pod has none`;
  throw synthError(context, problem, 'Let the program read the item from the message, or omit delivery.');
}

function shown(given: unknown): string | number {
  if (typeof given === 'number') return given;
  return given instanceof Duration ? given.toHumanString() : (JSON.stringify(given) ?? String(given));
}
