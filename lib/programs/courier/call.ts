import type { ItemArguments } from '../../contract/item-arguments';
import { MOST_ARGUMENT_BYTES } from '../../contract/limits';

/** Where the program has the item, beside its standard input. */
export interface ItemUse {
  /** The name of a variable. */
  readonly variable?: string;
  /** Where it stands in the command. */
  readonly arguments?: ItemArguments;
}

/**
 * The lines of sh that set the variables of a run and, where the item stands in the command, the command: the others of its
 * words are those that the shell has. All is quoted here, byte for byte; nothing is left for the shell to expand.
 */
export function callLines(variables: Readonly<Record<string, string>>, item: Buffer, use: ItemUse): Buffer {
  const lines: (string | Buffer)[] = [];
  for (const [name, value] of Object.entries(variables))
    lines.push(`export ${name}=`, quoted(Buffer.from(value)), '\n');
  if (use.arguments) {
    lines.push('set --');
    for (const [n, pieces] of use.arguments.entries()) {
      lines.push(' ', pieces ? quoted(filledIn(pieces, item)) : `"\${${n + 1}}"`);
    }
    lines.push('\n');
  }
  // Last: it may have any name.
  if (use.variable) lines.push(`export ${use.variable}=`, quoted(item), '\n');
  return Buffer.concat(lines.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** Why the program cannot have the item as its user wants it, if so. Then no attempt can be better than another. */
export function unusable(item: Buffer, use: ItemUse): string | undefined {
  const { variable, arguments: args = [] } = use;
  const places = args.filter((pieces) => pieces !== null).map((pieces) => ({ what: 'an argument', pieces }));
  if (variable) places.push({ what: `variable ${variable}`, pieces: [`${variable}=`, ''] });
  for (const { what, pieces } of places) {
    if (item.includes(0)) return `the item cannot be ${what}: it holds a NUL byte`;
    const { length } = filledIn(pieces, item);
    if (length > MOST_ARGUMENT_BYTES) {
      return `the item cannot be ${what}: with what stands before and after it, ${length} bytes, and ${MOST_ARGUMENT_BYTES} are possible`;
    }
  }
  return undefined;
}

function filledIn(pieces: readonly string[], item: Buffer): Buffer {
  return Buffer.concat(pieces.flatMap((piece, n) => (n === 0 ? [Buffer.from(piece)] : [item, Buffer.from(piece)])));
}

const QUOTE = "'".charCodeAt(0);
const ESCAPED = Buffer.from(`'\\''`);

/** In single quotes, where a shell takes everything as it is but the single quote itself, and NUL, which it drops. */
function quoted(bytes: Buffer): Buffer {
  const parts: Uint8Array[] = [Buffer.of(QUOTE)];
  let from = 0;
  for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, from)) {
    parts.push(bytes.subarray(from, at), ESCAPED);
    from = at + 1;
  }
  parts.push(bytes.subarray(from), Buffer.of(QUOTE));
  return Buffer.concat(parts);
}
