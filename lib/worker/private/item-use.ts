import { MAX_ARGUMENT_BYTES } from '../../contract/limits';
import { synthError } from '../../validation/synth-error';
import type { CoarseWorkerJobProps } from '../coarse-worker-job-props';
import { Program } from '../program';

/** Requires that the longest item fits into the program's arguments and variable, if the queue knows how long it is. */
export function requireUsableItems(context: string, { program, itemVariable, queue }: CoarseWorkerJobProps): void {
  const args = (program._itemArguments() ?? []).filter((pieces) => pieces !== null);
  const places = args.map((pieces) => ({ what: 'an argument', pieces }));
  if (itemVariable !== undefined) places.push({ what: 'a variable', pieces: [`${itemVariable}=`, ''] });
  if (places.length === 0) return;
  const longest = queue.longestItemBytes;
  if (longest === undefined) return;
  for (const { what, pieces } of places) {
    const bytes = Buffer.byteLength(pieces.join('')) + (pieces.length - 1) * longest;
    if (bytes <= MAX_ARGUMENT_BYTES) continue;
    throw synthError(
      context,
      `the program gets the item as ${what}, ${JSON.stringify(pieces.join(Program.ITEM))}, which would have up to ` +
        `${bytes} bytes, because the longest item has ${longest} bytes; ${what} of a Linux process has at most ` +
        `${MAX_ARGUMENT_BYTES} bytes`,
      'Let the program read the item from its standard input, or from Program.ITEM_FILE.',
    );
  }
}
