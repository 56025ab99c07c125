import type { CoarseWorkerJobProps } from '../coarse-worker-job-props';
import { MOST_ARGUMENT_BYTES, ProgramEnv } from '../contract';
import { Program } from '../program';

const TAKEN: Readonly<Record<string, string>> = {
  [ProgramEnv.QUEUE]: 'the name of the queue',
  [ProgramEnv.RUN]: 'the name of the run',
  [ProgramEnv.ITEM_INDEX]: "the item's number",
  [ProgramEnv.ITEM_ATTEMPT]: 'the number of the attempt',
};

/** Shells and the dynamic loader do something else with these, or do not let them be set. */
const OF_THE_SYSTEM =
  /^(PATH|IFS|ENV|PS\d|PPID|E?UID|GROUPS|(OLD)?PWD|OPT(IND|ARG|ERR)|LINENO|SECONDS|RANDOM|FUNCNAME|SHELLOPTS|SHLVL|_|BASH.*|LD_.*)$/;

/** No variable has two meanings. */
export function requireFreeVariables(where: string, { envVariables = {}, itemVariable }: CoarseWorkerJobProps): void {
  for (const [name, meaning] of Object.entries(TAKEN)) {
    if (name in envVariables) {
      throw new Error(`${where}: envVariables has ${name}, which always holds ${meaning}. Use another name.`);
    }
  }
  if (itemVariable === undefined) return;
  const refuse = (why: string) =>
    new Error(`${where}: itemVariable is ${JSON.stringify(itemVariable)}, ${why}. Use another name, such as "ITEM".`);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(itemVariable)) {
    throw refuse('which a shell cannot set: a name has letters, digits and "_", and no digit in front');
  }
  if (itemVariable in TAKEN) throw refuse(`which always holds ${TAKEN[itemVariable]}`);
  if (itemVariable in envVariables) throw refuse('which envVariables has too');
  if (OF_THE_SYSTEM.test(itemVariable)) throw refuse('which shells or the dynamic loader use for themselves');
}

/** What is too long for an argument or a variable is known at synth, where the queue knows its items. */
export function requireUsableItems(where: string, { program, itemVariable, queue }: CoarseWorkerJobProps): void {
  const args = (program._itemArguments() ?? []).filter((pieces) => pieces !== null);
  const places = args.map((pieces) => ({ what: 'an argument', pieces }));
  if (itemVariable !== undefined) places.push({ what: 'a variable', pieces: [`${itemVariable}=`, ''] });
  if (places.length === 0) return;
  const longest = queue.longestItemBytes;
  if (longest === undefined) return;
  for (const { what, pieces } of places) {
    const bytes = Buffer.byteLength(pieces.join('')) + (pieces.length - 1) * longest;
    if (bytes > MOST_ARGUMENT_BYTES) {
      throw new Error(
        `${where}: the program takes the item as ${what}, ${JSON.stringify(pieces.join(Program.ITEM))}, which would have up to ` +
          `${bytes} bytes: the longest item has ${longest}. One of a Linux process has at most ${MOST_ARGUMENT_BYTES}. Let ` +
          'the program read its standard input, or Program.ITEM_FILE.',
      );
    }
  }
}
