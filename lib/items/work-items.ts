import type { Formula } from '../contract/item-formula';
import { csvItems } from './private/csv-items';
import { filePaths } from './private/file-paths';
import { eachItem, itemFromBase64, itemText } from './private/item-bytes';
import { ItemContent } from './private/item-content';
import { requireItems } from './private/item-limits';
import { jsonItems } from './private/json-items';
import { byteLineItems, lineItems } from './private/line-items';
import { PackedItems } from './private/packed-items';
import { product } from './private/product';
import { bigKeyRanges, frames, keyRanges, range } from './private/ranges';
import { requireShuffle, requireTaken } from './private/selection';
import type {
  BigKeyRangesProps,
  CsvOptions,
  FilesOptions,
  JsonOptions,
  KeyRangesProps,
  LinesOptions,
  RangeOptions,
  WorkItemsOptions,
} from './work-items-props';

/**
 * The items of a run, in their order. An item is a sequence of bytes, which the program reads on its standard input as it
 * is: no line end is added. The same item may be there more than once; each is worked on. Items are counted from 0.
 *
 * An item travels as one message: it has at most what the broker takes, see `IBroker.maxMessageSize`, and never more than
 * 16 MiB. There are at most 2,147,483,647 items.
 *
 * Items of `list`, `lines`, `base64`, `json`, `csv` and `files` are part of the manifest, which goes through `kubectl apply`
 * into ConfigMaps: compressed, all together have at most 6 MB, and before that 128 MiB. Put larger data where the pods can
 * read it, and let the items name it. Items of `range`, `frames`, `keyRanges`, `bigKeyRanges` and `product` are sent as a
 * formula, which the seeder unfolds: a million of them take no room.
 *
 * Sets can be put together with `concat`, `shuffled` and `take`, which leave those they are called on as they are.
 */
export class WorkItems {
  /**
   * Items as a list of texts; each is passed on in UTF-8.
   *
   * @param items the items; an empty text is an item too
   * @param options options for the set
   * @throws where there are no items, or one is no text or no valid Unicode
   */
  public static list(items: string[], options: WorkItemsOptions = {}): WorkItems {
    return WorkItems.ofLiterals('WorkItems.list', eachItem('WorkItems.list', items, itemText), options);
  }

  /**
   * Items as the lines of a text file in UTF-8. Lines end with LF or CRLF, which is not part of the item. Blank lines, of
   * nothing or white space only, are no items; white space at the ends of other lines is kept. A byte order mark is ignored.
   * A file in another encoding can be read with `bytes`.
   *
   * @param file the path of the file, from the working directory of the synth
   * @param options options for the set
   * @throws where the file cannot be read or is not UTF-8, and where there are no items
   */
  public static lines(file: string, options: LinesOptions = {}): WorkItems {
    const context = `WorkItems.lines('${file}')`;
    return WorkItems.ofLiterals(context, (options.bytes ? byteLineItems : lineItems)(context, file), options);
  }

  /**
   * Items of any bytes, each given in base64 (RFC 4648, section 4, with padding); the program reads the bytes.
   *
   * @param items the items in base64
   * @param options options for the set
   * @throws where an item is not base64, and where there are no items
   */
  public static base64(items: string[], options: WorkItemsOptions = {}): WorkItems {
    return WorkItems.ofLiterals('WorkItems.base64', eachItem('WorkItems.base64', items, itemFromBase64), options);
  }

  /**
   * Items as the elements of an array in a JSON file. A text is passed on as it is, without quotes; everything else as JSON in
   * one line, with its numbers as they are written in the file.
   *
   * @param file the path of the file, from the working directory of the synth
   * @param options where the array is, and options for the set
   * @throws where the file cannot be read or is not JSON in UTF-8, where there is no array at the pointer, where a text is no
   * valid Unicode, and where there are no items
   */
  public static json(file: string, options: JsonOptions = {}): WorkItems {
    const context = `WorkItems.json('${file}')`;
    return WorkItems.ofLiterals(context, jsonItems(context, file, options.pointer ?? ''), options);
  }

  /**
   * Items as the rows of a CSV file (RFC 4180) in UTF-8 with a header: each as a JSON object in one line that has the names of
   * the header and the row's values, all of them texts. Empty lines are no rows. A byte order mark is ignored.
   *
   * @param file the path of the file, from the working directory of the synth
   * @param options the delimiter, and options for the set
   * @throws where the file cannot be read or is not UTF-8, where a row has more or fewer values than the header, where quotes
   * are at odds, where a column has no name or that of another one, and where there are no items
   */
  public static csv(file: string, options: CsvOptions = {}): WorkItems {
    const context = `WorkItems.csv('${file}')`;
    return WorkItems.ofLiterals(context, csvItems(context, file, options.delimiter ?? ','), options);
  }

  /**
   * Items as the paths of regular files, as they are at the synth: from the root, with `/`, sorted by code unit. In the pattern
   * `*` stands for any part of a name, `**` for any folders, `{a,b}` for one of both. Names that begin with a dot have to be
   * written so. Links are followed.
   *
   * @param pattern which files, such as `scans/**\/*.tif`
   * @param options the folder that the pattern starts at, and options for the set
   * @throws where a folder cannot be read, the pattern is an absolute path, a file has a name that is not UTF-8, and where there
   * are no items
   */
  public static files(pattern: string, options: FilesOptions = {}): WorkItems {
    const context = `WorkItems.files('${pattern}')`;
    return WorkItems.ofLiterals(context, filePaths(context, pattern, options.root ?? '.'), options);
  }

  /**
   * Items as numbers in their order, in decimal, with both ends, as seq(1) has it. Decimal fractions are exact: the third step
   * of 0.1 is 0.3. All have the same number of digits after the point.
   *
   * @param from the first number, at most 2^53 - 1 from 0
   * @param to no number is above it; at most 2^53 - 1 from 0
   * @param options the step, and how an item is written
   * @throws where `from` is above `to`, `step` not above 0, a number not finite or too large, or `format` not one with exactly
   * one number, or one for whole numbers while there are others
   */
  public static range(from: number, to: number, options: RangeOptions = {}): WorkItems {
    const context = `WorkItems.range(${from}, ${to})`;
    return WorkItems.ofFormula(context, range(context, from, to, options.step ?? 1, options.format));
  }

  /**
   * Items as numbered names, such as those of the frames of a film: `frames('scene_%04d', 1, 250)` has `scene_0001` to
   * `scene_0250`.
   *
   * @param format a text with exactly one number, see `RangeOptions.format`
   * @param first the first number, whole
   * @param last the last number, whole
   * @throws where `first` is above `last`, one is not whole, or `format` not one with exactly one number
   */
  public static frames(format: string, first: number, last: number): WorkItems {
    const context = `WorkItems.frames('${format}')`;
    return WorkItems.ofFormula(context, frames(context, format, first, last));
  }

  /**
   * Items as ranges of keys, such as those of a table: `{"from":0,"to":5000}` stands for the keys 0 to 4999. The last one may
   * be shorter.
   *
   * @param props the keys, and how many an item has
   * @throws where a number is not whole or too large, `from` above `to` or `size` not above 0, and where there are no items
   */
  public static keyRanges(props: KeyRangesProps): WorkItems {
    const context = 'WorkItems.keyRanges';
    return WorkItems.ofFormula(context, keyRanges(context, props.from, props.to, props.size), props);
  }

  /**
   * As `keyRanges`, for keys of any size: `{"from":"0","to":"18446744073709551616"}`, with texts, as many programs that read
   * JSON would round such numbers.
   *
   * @param props the keys, and how many an item has
   * @throws where a text is no whole number, `from` above `to` or `size` not above 0, and where there are no items
   */
  public static bigKeyRanges(props: BigKeyRangesProps): WorkItems {
    const context = 'WorkItems.bigKeyRanges';
    return WorkItems.ofFormula(context, bigKeyRanges(context, props.from, props.to, props.size), props);
  }

  /**
   * Items as all combinations of the values of several axes, each as a JSON object in one line: `{ year: [2025, 2026], region:
   * ['eu', 'us'] }` has `{"year":2025,"region":"eu"}` first. The first axis changes slowest.
   *
   * @param axes the axes in their order, each with its values, which may be any of JSON
   * @throws where there is no axis, one has no values or a whole number as its name, or a value is not JSON
   */
  // biome-ignore lint/suspicious/noExplicitAny: jsii has no other type for any value of JSON
  public static product(axes: { readonly [axis: string]: any[] }): WorkItems {
    return WorkItems.ofFormula('WorkItems.product', product('WorkItems.product', axes));
  }

  private static ofLiterals(context: string, items: readonly (string | Uint8Array)[], options: WorkItemsOptions) {
    return new WorkItems(context, ItemContent.ofLiterals(items), options.allowEmpty);
  }

  private static ofFormula(context: string, formula: Formula, options: WorkItemsOptions = {}) {
    return new WorkItems(context, ItemContent.ofFormula(formula), options.allowEmpty);
  }

  /** How many items there are. */
  public readonly count: number;

  private packed?: PackedItems;

  private constructor(
    private readonly context: string,
    /** @internal */
    public readonly _content: ItemContent,
    allowEmpty = false,
  ) {
    this.count = _content.items.count;
    requireItems(context, this.count, allowEmpty);
  }

  /**
   * These items, and then those of the others.
   *
   * @param others what follows, in its order
   * @throws where there are too many items
   */
  public concat(...others: WorkItems[]): WorkItems {
    const context = this.context.endsWith(CONCAT) ? this.context : `${this.context}${CONCAT}`;
    return new WorkItems(context, this._content.concat(others.map(({ _content }) => _content)), true);
  }

  /**
   * The same items in a random order, which is the same for a seed on every machine: so that items that take long, or use the
   * same data, do not run all at once.
   *
   * @param seed which order: any whole number, at most 2^53 - 1 from 0
   * @throws where the seed is no such number, or there are more than 16,777,216 items
   */
  public shuffled(seed: number): WorkItems {
    const context = `${this.context}.shuffled(${seed})`;
    requireShuffle(context, this.count, seed);
    return new WorkItems(context, this._content.shuffled(seed), true);
  }

  /**
   * The first items only, to try with a few. Where there are not as many it is all of them.
   *
   * @param count how many
   * @param options options for the set
   * @throws where `count` is not a whole number from 0, and where there are no items
   */
  public take(count: number, options: WorkItemsOptions = {}): WorkItems {
    const context = `${this.context}.take(${count})`;
    requireTaken(context, count);
    return new WorkItems(context, this._content.take(count), options.allowEmpty);
  }

  /**
   * As they travel. Made when it is asked for: of sets that others are made of it never is.
   *
   * @internal
   */
  public get _packed(): PackedItems {
    this.packed ??= PackedItems.of(this.context, this._content.formula, this._content.literals);
    return this.packed;
  }
}

const CONCAT = '.concat(…)';
