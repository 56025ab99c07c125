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

/** Options for items that are the lines of a file. */
export interface LinesOptions extends WorkItemsOptions {
  /**
   * Take the lines as bytes in any encoding: they end with LF, and all else, also a CR before it, belongs to the item. Lines
   * without a byte are no items.
   *
   * @default false
   */
  readonly bytes?: boolean;
}

/** Options for items from a JSON file. */
export interface JsonOptions extends WorkItemsOptions {
  /**
   * Where in the document the array is: a JSON Pointer (RFC 6901), such as `/data/items`.
   *
   * @default '' - the document is the array
   */
  readonly pointer?: string;
}

/** Options for items from a CSV file. */
export interface CsvOptions extends WorkItemsOptions {
  /**
   * What stands between two values: one character, such as `;` or a tab.
   *
   * @default ','
   */
  readonly delimiter?: string;
}

/** Options for items that are paths of files. */
export interface FilesOptions extends WorkItemsOptions {
  /**
   * The folder that the pattern and the paths start at, from the working directory of the synth.
   *
   * @default '.'
   */
  readonly root?: string;
}

/** Options for a range of numbers. */
export interface RangeOptions {
  /**
   * The distance from a number to the next, more than 0.
   *
   * @default 1
   */
  readonly step?: number;

  /**
   * How an item is written: a text with exactly one number, as printf(3) has it. `%d` is a whole number, `%04d` one with zeros
   * up to four digits, `%.2f` has two digits after the point (rounded to the nearest, and from the middle to the even one),
   * `%06.2f` is also filled with zeros up to six characters, and `%%` is a percent sign.
   *
   * @default - the number, with as many digits after the point as `from` or `step` has
   */
  readonly format?: string;
}

/** Ranges of keys. */
export interface KeyRangesProps extends WorkItemsOptions {
  /** The first key: a whole number, at most 2^53 - 1 from 0. */
  readonly from: number;

  /** The key after the last one: a whole number, at most 2^53 - 1 from 0, and not less than `from`. */
  readonly to: number;

  /** How many keys an item has, at least 1; the last one may have fewer. */
  readonly size: number;
}

/** Ranges of keys of any size. */
export interface BigKeyRangesProps extends WorkItemsOptions {
  /** The first key: a whole number in decimal. */
  readonly from: string;

  /** The key after the last one: a whole number in decimal, not less than `from`. */
  readonly to: string;

  /** How many keys an item has, in decimal, at least 1; the last one may have fewer. */
  readonly size: string;
}
