import type { EnvValue } from 'cdk8s-plus-28';
import { EnvName } from '../../contract/environment';
import { whyNoArgument } from '../../validation/argument';
import { synthError } from '../../validation/synth-error';
import type { WorkerJobProps } from '../worker-job-props';
import { valueTemplate } from './item-use';

/** The variables that this package sets for the program, and what they always contain. */
type SetByPackage = ReadonlyMap<string, string>;

/** Shells and the dynamic loader use these variables for something else, or do not allow a program to set them. */
const USED_BY_SHELLS =
  /^(PATH|IFS|ENV|PS\d|PPID|E?UID|GROUPS|(OLD)?PWD|OPT(IND|ARG|ERR)|LINENO|SECONDS|RANDOM|FUNCNAME|SHELLOPTS|SHLVL|_|BASH.*|LD_.*)$/;

const FOR_THEMSELVES = 'shells or the dynamic loader use for themselves';

/** dash and busybox ash accept no other names from their environment, and so do not pass on others. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The shell scripts of this package use these variables, and would not work with other values. */
const USED_BY_SCRIPTS = new RegExp(`^(${EnvName.TERMINATION_LOG}$|wq_)`);

/** Requires that each variable reaches the program, and that none has two meanings. */
export function requireFreeVariables(context: string, props: WorkerJobProps, setByPackage: SetByPackage): void {
  const { envVariables = {}, itemVariable } = props;
  for (const [name, value] of Object.entries(envVariables)) {
    const reason = unsuitable(name, setByPackage);
    if (reason) {
      throw synthError(context, `envVariables sets ${JSON.stringify(name)}, ${reason}`, 'Use another name.');
    }
    requireValue(context, name, value);
  }
  if (itemVariable === undefined) return;
  const reason = Object.hasOwn(envVariables, itemVariable)
    ? 'which envVariables also sets'
    : unsuitable(itemVariable, setByPackage) || (USED_BY_SHELLS.test(itemVariable) && `which ${FOR_THEMSELVES}`);
  if (!reason) return;
  throw synthError(
    context,
    `itemVariable is ${JSON.stringify(itemVariable)}, ${reason}`,
    'Use another name, such as "ITEM".',
  );
}

function requireValue(context: string, name: string, variable: EnvValue): void {
  const { value, valueFrom } = variable;
  if (valueTemplate(variable) && USED_BY_SHELLS.test(name)) {
    const problem = `envVariables sets ${JSON.stringify(name)} with a value of its own for each item, but it is a name that ${FOR_THEMSELVES}`;
    throw synthError(context, problem, 'Use another name.');
  }
  if (value === undefined && valueFrom === undefined) {
    const hint = `Give it one, such as EnvValue.fromValue('value'). EnvValue.fromValue(undefined) has none.`;
    throw synthError(context, `envVariables sets ${name} to nothing`, hint);
  }
  if (['number', 'boolean'].includes(typeof value)) {
    const hint = `Write EnvValue.fromValue('${value}').`;
    throw synthError(context, `envVariables sets ${name} to ${value}, which is not a string`, hint);
  }
  // A value that is still lazy is not known yet.
  const valueReason = typeof value === 'string' ? whyNoArgument(`${name}=${value}`) : undefined;
  if (valueReason) {
    throw synthError(
      context,
      `envVariables sets ${name} to a value that ${valueReason}`,
      'Put the value into a file, and mount it with volumeMounts.',
    );
  }
}

/** Why a variable cannot have this name, or undefined if it can. */
function unsuitable(name: string, setByPackage: SetByPackage): string | undefined {
  if (typeof name !== 'string' || !NAME.test(name)) {
    return 'which a shell cannot set or pass on: a name has letters, digits and "_", and does not begin with a digit';
  }
  if (setByPackage.has(name)) return `which always contains ${setByPackage.get(name)}`;
  return USED_BY_SCRIPTS.test(name) ? "which this package's programs in the worker use for themselves" : undefined;
}
