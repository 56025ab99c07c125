import { readFileSync } from 'node:fs';
import { itemBytes, itemFromBase64, PackedItems, requireItems } from './private/packed-items';

/** Options for a set of work items. */
export interface WorkItemsOptions {
  /**
   * Whether there may be no items at all. The Job is then complete at once. Without it an empty set is an error, because
   * it is mostly a mistake in what made the list.
   *
   * @default false
   */
  readonly allowEmpty?: boolean;
}

/**
 * The items of a run, in their order. An item is a sequence of bytes, which the program reads on its standard input as it
 * is: no line end is added. The same item may be there more than once; each is worked on. Items are counted from 0.
 *
 * An item has at most 1 MiB: it travels as one message. All items together, compressed, have at most 6 MB, and before that
 * 128 MiB: they are part of the manifest, which goes through `kubectl apply` into ConfigMaps. Put larger data where the pods
 * can read it, and let the items name it.
 */
export class WorkItems {
  /**
   * Items as a list of texts; each is passed on in UTF-8.
   *
   * @param items the items; an empty text is an item too
   * @param options options for the set
   * @throws where there are no items, or one is larger than 1 MiB, or all are too large, or one is no valid Unicode text
   */
  public static list(items: string[], options: WorkItemsOptions = {}): WorkItems {
    const bytes = items.map((item, n) => itemBytes(`WorkItems.list: items[${n}]`, item));
    return new WorkItems('WorkItems.list', bytes, options);
  }

  /**
   * Items as the lines of a text file in UTF-8. Lines end with LF or CRLF, which is not part of the item. Blank lines, of
   * nothing or white space only, are no items; white space at the ends of other lines is kept. A byte order mark is ignored.
   *
   * @param file the path of the file, from the working directory of the synth
   * @param options options for the set
   * @throws where the file cannot be read or is not UTF-8, and where `list` would
   */
  public static lines(file: string, options: WorkItemsOptions = {}): WorkItems {
    const where = `WorkItems.lines('${file}')`;
    const bytes = readLines(where, file)
      .map((line, n) => ({ line, n }))
      .filter(({ line }) => line.trim() !== '')
      .map(({ line, n }) => itemBytes(`${where}: line ${n + 1}`, line));
    return new WorkItems(where, bytes, options);
  }

  /**
   * Items of any bytes, each given in base64 (RFC 4648, section 4, with padding); the program reads the bytes.
   *
   * @param items the items in base64
   * @param options options for the set
   * @throws where an item is not base64, and where `list` would
   */
  public static base64(items: string[], options: WorkItemsOptions = {}): WorkItems {
    const bytes = items.map((item, n) => itemFromBase64(`WorkItems.base64: items[${n}]`, item));
    return new WorkItems('WorkItems.base64', bytes, options);
  }

  /** How many items there are. */
  public readonly count: number;

  /** @internal */
  public readonly _packed: PackedItems;

  private constructor(where: string, items: Buffer[], options: WorkItemsOptions) {
    requireItems(where, items.length, options.allowEmpty ?? false);
    this.count = items.length;
    this._packed = PackedItems.of(where, items);
  }
}

function readLines(where: string, file: string): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Error(
      `${where}: the file cannot be read (${(error as Error).message}). Relative paths start at ${process.cwd()}.`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).split(/\r?\n/);
  } catch {
    throw new Error(`${where}: the file is not UTF-8. Convert it, or give items of other bytes with WorkItems.base64.`);
  }
}
