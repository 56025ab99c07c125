import { MAX_ARGUMENT_BYTES } from '../../contract/limits';
import type { CoarseWorkerJobProps } from '../coarse-worker-job-props';
import { Program } from '../program';

/** What is too long for an argument or a variable is known at synth, where the queue knows its items. */
export function requireUsableItems(context: string, { program, itemVariable, queue }: CoarseWorkerJobProps): void {
  const args = (program._itemArguments() ?? []).filter((pieces) => pieces !== null);
  const places = args.map((pieces) => ({ what: 'an argument', pieces }));
  if (itemVariable !== undefined) places.push({ what: 'a variable', pieces: [`${itemVariable}=`, ''] });
  if (places.length === 0) return;
  const longest = queue.longestItemBytes;
  if (longest === undefined) return;
  for (const { what, pieces } of places) {
    const bytes = Buffer.byteLength(pieces.join('')) + (pieces.length - 1) * longest;
    if (bytes > MAX_ARGUMENT_BYTES) {
      throw new Error(
        `${context}: the program takes the item as ${what}, ${JSON.stringify(pieces.join(Program.ITEM))}, which would have up to ` +
          `${bytes} bytes: the longest item has ${longest}. One of a Linux process has at most ${MAX_ARGUMENT_BYTES}. Let ` +
          'the program read its standard input, or Program.ITEM_FILE.',
      );
    }
  }
}
