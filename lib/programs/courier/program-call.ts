import type { ItemArguments } from '../../contract/item-arguments';
import { MAX_ARGUMENT_BYTES } from '../../contract/limits';

/** Where the program gets the item, besides its standard input. */
export interface ItemUse {
  /** The name of a variable. */
  readonly variable?: string;
  /** Where the item stands in the command. */
  readonly arguments?: ItemArguments;
}

/**
 * The lines of sh that set the variables of a run and, if the item stands in the command, the command: its other words are those
 * that the shell already has. All is quoted here, byte for byte, so nothing is left for the shell to expand.
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
  // Last: the variable may have any name.
  if (use.variable) lines.push(`export ${use.variable}=`, quoted(item), '\n');
  return Buffer.concat(lines.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** Why the program cannot get the item the way the user wants, or nothing if it can. No attempt can be better than another. */
export function unusable(item: Buffer, use: ItemUse): string | undefined {
  const { variable, arguments: args = [] } = use;
  const places = args.filter((pieces) => pieces !== null).map((pieces) => ({ what: 'an argument', pieces }));
  if (variable) places.push({ what: `variable ${variable}`, pieces: [`${variable}=`, ''] });
  for (const { what, pieces } of places) {
    if (item.includes(0)) return `the item cannot be ${what}: it contains a NUL byte`;
    const { length } = filledIn(pieces, item);
    if (length > MAX_ARGUMENT_BYTES) {
      return `the item cannot be ${what}: with the text around it, it has ${length} bytes, and the maximum is ${MAX_ARGUMENT_BYTES}`;
    }
  }
  return undefined;
}

function filledIn(pieces: readonly string[], item: Buffer): Buffer {
  return Buffer.concat(pieces.flatMap((piece, n) => (n === 0 ? [Buffer.from(piece)] : [item, Buffer.from(piece)])));
}

const QUOTE = "'".charCodeAt(0);
const ESCAPED = Buffer.from(`'\\''`);

/** In single quotes a shell changes nothing except the single quote itself, and NUL, which it drops. */
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
