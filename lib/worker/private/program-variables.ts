import type { EnvValue } from 'cdk8s-plus-28';
import { EnvName, ProgramEnvName } from '../../contract/environment';
import { whyNoArgument } from '../../validation/argument';
import type { CoarseWorkerJobProps } from '../coarse-worker-job-props';

const TAKEN = new Map<string, string>([
  [ProgramEnvName.QUEUE, 'the name of the queue'],
  [ProgramEnvName.RUN, 'the name of the run'],
  [ProgramEnvName.ITEM_INDEX, "the item's number"],
  [ProgramEnvName.ITEM_ATTEMPT, 'the number of the attempt'],
]);

/** Shells and the dynamic loader do something else with these, or do not let them be set. */
const OF_THE_SYSTEM =
  /^(PATH|IFS|ENV|PS\d|PPID|E?UID|GROUPS|(OLD)?PWD|OPT(IND|ARG|ERR)|LINENO|SECONDS|RANDOM|FUNCNAME|SHELLOPTS|SHLVL|_|BASH.*|LD_.*)$/;

/** dash and busybox ash take no others from their environment, and so do not pass them on. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What `shim.sh` and `runner.sh` read: with another value they would do something else. */
const OF_THE_SHIM = new RegExp(`^(${EnvName.TERMINATION_LOG}$|wq_)`);

/** No variable has two meanings, and each reaches the program. */
export function requireFreeVariables(context: string, { envVariables = {}, itemVariable }: CoarseWorkerJobProps): void {
  for (const [name, value] of Object.entries(envVariables)) requireVariable(context, name, value);
  if (itemVariable === undefined) return;
  const why = Object.hasOwn(envVariables, itemVariable) ? 'which envVariables has too' : unfit(itemVariable);
  const cause = why ?? (OF_THE_SYSTEM.test(itemVariable) && 'which shells or the dynamic loader use for themselves');
  if (cause) {
    throw new Error(
      `${context}: itemVariable is ${JSON.stringify(itemVariable)}, ${cause}. Use another name, such as "ITEM".`,
    );
  }
}

function requireVariable(context: string, name: string, { value }: EnvValue): void {
  const why = unfit(name);
  if (why) throw new Error(`${context}: envVariables has ${JSON.stringify(name)}, ${why}. Use another name.`);
  // Not what is still lazy.
  const cannot = typeof value === 'string' ? whyNoArgument(`${name}=${value}`) : undefined;
  if (cannot) {
    throw new Error(
      `${context}: envVariables has ${name} with a value that ${cannot}. Put it into a file, by volumeMounts.`,
    );
  }
}

function unfit(name: string): string | undefined {
  if (typeof name !== 'string' || !NAME.test(name)) {
    return 'which a shell cannot set or pass on: a name has letters, digits and "_", and no digit in front';
  }
  if (TAKEN.has(name)) return `which always holds ${TAKEN.get(name)}`;
  return OF_THE_SHIM.test(name) ? 'which the programs of this package in the worker use for themselves' : undefined;
}
