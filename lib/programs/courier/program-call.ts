import { ItemValues, UnusableItem } from '../../contract/item-fields';
import type { ItemArguments, ItemTemplate, ItemVariables } from '../../contract/item-templates';

/** Where the program gets the item and its fields, besides its standard input. */
export interface ItemUse {
  readonly variables?: ItemVariables;
  /** Where they stand in the command. */
  readonly arguments?: ItemArguments;
}

/**
 * The lines of sh that set the variables of a run and, if the item stands in the command, the command: its other words are those
 * that the shell already has. All is quoted here, byte for byte, so nothing is left for the shell to expand.
 *
 * @param item an item that is usable, see {@link unusable}
 */
export function callLines(variables: Readonly<Record<string, string>>, item: Buffer, use: ItemUse): Buffer {
  const values = new ItemValues(item);
  const lines: (string | Buffer)[] = [];
  for (const [name, value] of Object.entries(variables))
    lines.push(`export ${name}=`, quoted(Buffer.from(value)), '\n');
  if (use.arguments) {
    lines.push('set --');
    for (const [n, template] of use.arguments.entries()) {
      lines.push(' ', template ? quoted(filled(values, template)) : `"\${${n + 1}}"`);
    }
    lines.push('\n');
  }
  // Last: such a variable may have any name.
  for (const [name, template] of Object.entries(use.variables ?? {})) {
    lines.push(`export ${name}=`, quoted(filled(values, template)), '\n');
  }
  return Buffer.concat(lines.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** Why the program cannot get the item the way the user wants, or nothing if it can. No attempt can be better than another. */
export function unusable(item: Buffer, use: ItemUse): string | undefined {
  const values = new ItemValues(item);
  for (const template of use.arguments ?? []) {
    const value = template && values.fill(template);
    if (value instanceof UnusableItem) return value.message('an argument');
  }
  for (const [name, template] of Object.entries(use.variables ?? {})) {
    const value = values.fill(template, `${name}=`);
    if (value instanceof UnusableItem) return value.message(`variable ${name}`);
  }
  return undefined;
}

function filled(values: ItemValues, template: ItemTemplate): Buffer {
  const value = values.fill(template);
  if (value instanceof UnusableItem) throw new Error(value.message('used'));
  return value;
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
