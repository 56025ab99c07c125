import type { Formula } from '../contract/item-formula';
import { requireProps, requireType } from '../validation/props';
import type { Axis } from './axis';
import { csvItems } from './private/csv-items';
import { filePaths } from './private/file-paths';
import { eachItem, itemFromBase64, itemText, requireNoLineEnds } from './private/item-bytes';
import { ItemContent } from './private/item-content';
import { requireItems } from './private/item-limits';
import { jsonItems } from './private/json-items';
import { lineItems } from './private/line-items';
import { PackedItems } from './private/packed-items';
import { combinations, product } from './private/product';
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
 * The items of a run, in their order. An item is a sequence of bytes, and the program reads exactly these bytes on its
 * standard input: no line end is added. A set may contain the same item more than once, and each occurrence is
 * processed. Items are numbered from 0.
 *
 * An item travels as one message. It may be as large as a message that the broker accepts, see
 * `IBroker.maxMessageSize`, but never larger than 16 MiB. A set has at most 2,147,483,647 items.
 *
 * The items of `list`, `lines`, `base64`, `json`, `csv` and `files` are part of the manifest, which goes through
 * `kubectl apply` into ConfigMaps. All of them together have at most 128 MiB, and at most 6 MB when they are
 * compressed. Put larger data where the pods can read it, and let the items name it.
 *
 * The items of `range`, `frames`, `keyRanges`, `bigKeyRanges`, `product` and `combinations` are sent as a formula, which
 * the seeder unfolds. A formula stays small, even for a million items.
 *
 * `concat`, `shuffled` and `take` make new sets from existing ones. They do not change the sets that they are called
 * on.
 */
export class WorkItems {
  /**
   * Creates items from a list of strings. Each string is sent in UTF-8.
   *
   * If only the last string of several is empty, or if all but the last end with a carriage return, that is an error,
   * because it is usually what `split('\n')` has left of the line ends of a file. `lines` reads such a file.
   *
   * @param items the items; an empty string is an item too
   * @param options options for the set
   * @throws if there are no items, if an item is not a string or not valid Unicode, or if the strings look like lines
   * with their line ends
   */
  public static list(items: string[], options: WorkItemsOptions = {}): WorkItems {
    requireProps('WorkItems.list', 'WorkItemsOptions', options);
    const texts = eachItem('WorkItems.list', items, itemText);
    requireNoLineEnds('WorkItems.list', texts);
    return WorkItems.ofLiterals('WorkItems.list', texts, options);
  }

  /**
   * Creates items from the lines of a text file in UTF-8. Lines end with LF or CRLF, and the line end is not part of
   * the item. Blank lines, which are empty or contain only white space, are not items. White space at the ends of other
   * lines is kept. A byte order mark is ignored. To read a file in another encoding, set `bytes`. To read the output of
   * `find -print0`, set `nulSeparated`.
   *
   * @param file the path of the file, relative to the working directory of the synth
   * @param options what an item is, and options for the set
   * @throws if the file cannot be read or is not UTF-8, if it contains a NUL without `nulSeparated` or no NUL with it,
   * or if there are no items. With `bytes`, a NUL is an error only if the file seems to be UTF-16 or has no LF
   */
  public static lines(file: string, options: LinesOptions = {}): WorkItems {
    const context = fileContext('WorkItems.lines', file);
    requireProps(context, 'LinesOptions', options);
    return WorkItems.ofLiterals(context, lineItems(context, file, options), options);
  }

  /**
   * Creates items from any bytes, given in base64 (RFC 4648, section 4, with padding). The program reads the bytes.
   *
   * @param items the items in base64
   * @param options options for the set
   * @throws if an item is not base64, or if there are no items
   */
  public static base64(items: string[], options: WorkItemsOptions = {}): WorkItems {
    requireProps('WorkItems.base64', 'WorkItemsOptions', options);
    return WorkItems.ofLiterals('WorkItems.base64', eachItem('WorkItems.base64', items, itemFromBase64), options);
  }

  /**
   * Creates items from the elements of an array in a JSON file. A string is sent as it is, without its quotes. Every
   * other element is sent as JSON on one line, with its numbers as they are written in the file.
   *
   * @param file the path of the file, relative to the working directory of the synth
   * @param options the place of the array, and options for the set
   * @throws if the file cannot be read or is not JSON in UTF-8, if there is no array at the pointer, if a string is not
   * valid Unicode, or if there are no items
   */
  public static json(file: string, options: JsonOptions = {}): WorkItems {
    const context = fileContext('WorkItems.json', file);
    requireProps(context, 'JsonOptions', options);
    return WorkItems.ofLiterals(context, jsonItems(context, file, options.pointer ?? ''), options);
  }

  /**
   * Creates items from the rows of a CSV file (RFC 4180) in UTF-8 with a header. Each row becomes a JSON object on one
   * line, which has the names of the header and the values of the row. All values are strings. Empty lines are not
   * rows. A byte order mark is ignored.
   *
   * @param file the path of the file, relative to the working directory of the synth
   * @param options the delimiter, and options for the set
   * @throws if the file cannot be read or is not UTF-8, if a row has more or fewer values than the header, if quotes
   * are unbalanced or in the wrong place, if a column has no name or the same name as another column, if the file seems
   * to have another delimiter (see `CsvOptions.delimiter`), if `delimiter` is not one character or is a quote or a line
   * end, or if there are no items
   */
  public static csv(file: string, options: CsvOptions = {}): WorkItems {
    const context = fileContext('WorkItems.csv', file);
    requireProps(context, 'CsvOptions', options);
    return WorkItems.ofLiterals(context, csvItems(context, file, options.delimiter), options);
  }

  /**
   * Creates items from the paths of the regular files that exist at synth. A path starts at the root and has `/`
   * between its names. The paths are sorted by code unit. In the pattern, `*` matches any part of a name, `**` matches
   * any folders, and `{a,b}` matches `a` or `b`. Every other character stands for itself, also `?`, `!`, brackets and
   * parentheses. Names that begin with a dot match only if the pattern has the dot. Links are followed.
   *
   * @param pattern which files, such as `scans/**\/*.tif`
   * @param options the folder that the pattern starts at, and options for the set
   * @throws if a folder cannot be read, if the pattern is an absolute path or contains `..` or a backslash, if its
   * braces have more than 1000 combinations, if the name of a file is not UTF-8, or if there are no items
   */
  public static files(pattern: string, options: FilesOptions = {}): WorkItems {
    const context = `WorkItems.files('${pattern}')`;
    requireType(context, 'pattern', 'string', pattern);
    requireProps(context, 'FilesOptions', options);
    return WorkItems.ofLiterals(context, filePaths(context, pattern, options), options);
  }

  /**
   * Creates items from numbers in ascending order, in decimal. Both ends belong to the range, as in seq(1). Decimal
   * fractions are exact: the third step of 0.1 is 0.3. All numbers have the same number of digits after the point.
   *
   * @param from the first number, from -(2^53 - 1) to 2^53 - 1
   * @param to the limit, from -(2^53 - 1) to 2^53 - 1; no number is above it
   * @param options the step, and how an item is written
   * @throws if `from` is above `to`, if `step` is not above 0, if a number is not finite or is too large, if `format`
   * does not have exactly one number, or if `format` is for whole numbers but some numbers have decimals
   */
  public static range(from: number, to: number, options: RangeOptions = {}): WorkItems {
    const context = `WorkItems.range(${from}, ${to})`;
    requireProps(context, 'RangeOptions', options);
    return WorkItems.ofFormula(context, range(context, { from, to, step: options.step ?? 1, format: options.format }));
  }

  /**
   * Creates items from numbered names, such as those of the frames of a film: `frames('scene_%04d', 1, 250)` has
   * `scene_0001` to `scene_0250`.
   *
   * @param format a string with exactly one number, see `RangeOptions.format`
   * @param first the first number, whole
   * @param last the last number, whole
   * @throws if `first` is above `last`, if one of them is not a whole number, or if `format` does not have exactly one
   * number
   */
  public static frames(format: string, first: number, last: number): WorkItems {
    const context = `WorkItems.frames('${format}')`;
    return WorkItems.ofFormula(context, frames(context, format, first, last));
  }

  /**
   * Creates items from ranges of keys, such as those of a table: `{"from":0,"to":5000}` stands for the keys 0 to 4999.
   * The last range may be shorter.
   *
   * @param props the keys, and how many keys an item has
   * @throws if a number is not whole or is too large, if `from` is above `to`, if `size` is not above 0, or if there
   * are no items
   */
  public static keyRanges(props: KeyRangesProps): WorkItems {
    const context = 'WorkItems.keyRanges';
    requireProps(context, 'KeyRangesProps', props);
    return WorkItems.ofFormula(context, keyRanges(context, props.from, props.to, props.size), props);
  }

  /**
   * Creates items as `keyRanges` does, for keys of any size: `{"from":"0","to":"18446744073709551616"}`. The keys are
   * strings, because many programs that read JSON would round such numbers.
   *
   * @param props the keys, and how many keys an item has
   * @throws if a string is not a whole number, if `from` is above `to`, if `size` is not above 0, or if there are no
   * items
   */
  public static bigKeyRanges(props: BigKeyRangesProps): WorkItems {
    const context = 'WorkItems.bigKeyRanges';
    requireProps(context, 'BigKeyRangesProps', props);
    return WorkItems.ofFormula(context, bigKeyRanges(context, props.from, props.to, props.size), props);
  }

  /**
   * Creates items from all combinations of the values of several axes, each as a JSON object on one line. The first
   * item of `{ year: [2025, 2026], region: ['eu', 'us'] }` is `{"year":2025,"region":"eu"}`. The first axis changes
   * slowest.
   *
   * The order of the axes determines the order of the items, and the name of the queue depends on that order. `product`
   * has the axes in the order in which the language iterates over the map:
   *
   * - TypeScript, JavaScript and a dict of Python keep the order in which the axes are written.
   * - In Java, a `LinkedHashMap` keeps it. `Map.of` and `HashMap` do not: `Map.of` has a random order in each run, so
   *   each synth would give another queue, and all work would be done again.
   * - Go sorts the axes by name.
   *
   * `combinations` has the same items, and keeps the order of the axes in each language.
   *
   * @param axes the axes in their order, each with its values; the rules for the values of `Axis.of` apply
   * @throws if there is no axis, if an axis has no values, if the name of an axis is a whole number, if a value is not
   * JSON, or if a number is beyond 2^53, because JavaScript would round it
   */
  // biome-ignore lint/suspicious/noExplicitAny: jsii has no other type for any value of JSON
  public static product(axes: { readonly [axis: string]: any[] }): WorkItems {
    return WorkItems.ofFormula('WorkItems.product', product('WorkItems.product', axes));
  }

  /**
   * Creates items from all combinations of the values of several axes, as `product` does, but from a list of axes, which
   * has an order in each language. The first axis changes slowest.
   *
   * The first item of the example is `{"year":2025,"region":"eu"}`.
   *
   * @example
   * import { Axis, WorkItems } from 'cdk8s-work-queue';
   *
   * const items = WorkItems.combinations(
   *   Axis.of('year', [2025, 2026]),
   *   Axis.of('region', ['eu', 'us']),
   * );
   *
   * @param axes the axes in their order
   * @throws if there is no axis, or if two axes have the same name
   */
  public static combinations(...axes: Axis[]): WorkItems {
    const context = 'WorkItems.combinations';
    requireType(context, 'axes', 'Axis[]', axes);
    const formulaAxes = axes.map(({ _axis }) => _axis);
    return WorkItems.ofFormula(context, combinations(context, formulaAxes));
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
   * Returns the items of this set, followed by the items of the others.
   *
   * @param others the sets that follow, in their order
   * @throws if there are too many items
   */
  public concat(...others: WorkItems[]): WorkItems {
    const context = this.context.endsWith(CONCAT) ? this.context : `${this.context}${CONCAT}`;
    requireType(context, 'others', 'WorkItems[]', others);
    return new WorkItems(context, this._content.concat(others.map(({ _content }) => _content)), true);
  }

  /**
   * Returns the same items in a random order. The order for a seed is the same on every machine. A shuffle keeps items
   * that take long, or that use the same data, from running all at once.
   *
   * @param seed selects the order: any whole number from -(2^53 - 1) to 2^53 - 1
   * @throws if the seed is not such a number, or if there are more than 16,777,216 items
   */
  public shuffled(seed: number): WorkItems {
    const context = `${this.context}.shuffled(${seed})`;
    requireShuffle(context, this.count, seed);
    return new WorkItems(context, this._content.shuffled(seed), true);
  }

  /**
   * Returns only the first items, for example for a trial with a few. If there are fewer than `count`, it returns all
   * of them.
   *
   * @param count how many items
   * @param options options for the set
   * @throws if `count` is not a whole number from 0, or if there are no items
   */
  public take(count: number, options: WorkItemsOptions = {}): WorkItems {
    const context = `${this.context}.take(${count})`;
    requireProps(context, 'WorkItemsOptions', options);
    requireTaken(context, count);
    return new WorkItems(context, this._content.take(count), options.allowEmpty);
  }

  /**
   * The items as they travel to the seeder. They are packed when they are first requested, so a set that only serves to
   * make other sets is never packed.
   *
   * @internal
   */
  public get _packed(): PackedItems {
    this.packed ??= PackedItems.of(this.context, this._content.formula, this._content.literals);
    return this.packed;
  }
}

/** The context of errors about a file. */
function fileContext(method: string, file: string): string {
  requireType(method, 'file', 'string', file);
  return `${method}('${file}')`;
}

const CONCAT = '.concat(…)';
