/** Options for a set of work items. */
export interface WorkItemsOptions {
  /**
   * Whether the set may be empty. The Job of an empty set is complete at once. Without this option, an empty set is an
   * error, because it is usually a mistake in whatever produced the list.
   *
   * @default false
   */
  readonly allowEmpty?: boolean;
}

/** Options for items that are the lines of a file. */
export interface LinesOptions extends WorkItemsOptions {
  /**
   * Whether to read the lines as bytes, in any encoding in which LF is one byte, so not in UTF-16. Only LF ends a line.
   * Everything else belongs to the item, including a CR before the LF. Lines without a byte are not items.
   *
   * @default false
   */
  readonly bytes?: boolean;

  /**
   * Whether a NUL ends an item, as `find -print0` writes them. Line ends then belong to the item, and what is empty is
   * not an item.
   *
   * @default false
   */
  readonly nulSeparated?: boolean;
}

/** Options for items from a JSON file. */
export interface JsonOptions extends WorkItemsOptions {
  /**
   * The place of the array in the document, as a JSON Pointer (RFC 6901) such as `/data/items`.
   *
   * @default '' - the document is the array
   */
  readonly pointer?: string;
}

/** Options for items from a CSV file. */
export interface CsvOptions extends WorkItemsOptions {
  /**
   * The character between two values, such as `;` or a tab. It must not be a quote or a line end.
   *
   * Without this option, it is an error if a comma, `;`, `|` or a tab that is not the delimiter occurs equally often in
   * all rows, including the first one. With this option, that is an error only if there is a single column.
   *
   * @default ','
   */
  readonly delimiter?: string;
}

/** Options for items that are paths of files. */
export interface FilesOptions extends WorkItemsOptions {
  /**
   * The folder that the pattern and the paths start at, relative to the working directory of the synth.
   *
   * @default '.'
   */
  readonly root?: string;
}

/** Options for a range of numbers. */
export interface RangeOptions {
  /**
   * The distance from one number to the next. It must be more than 0.
   *
   * @default 1
   */
  readonly step?: number;

  /**
   * How an item is written: a string with exactly one number, as in printf(3).
   *
   * - `%d` is a whole number.
   * - `%04d` is a whole number, padded with zeros to four characters.
   * - `%.2f` has two digits after the point. It is rounded to the nearest number, and from the middle to the even one.
   * - `%06.2f` is also padded with zeros to six characters.
   * - `%%` is a percent sign.
   *
   * The width and the digits after the point are at most 100.
   *
   * @default - the number, with as many digits after the point as `from` or `step` has
   */
  readonly format?: string;
}

/** Ranges of keys. */
export interface KeyRangesProps extends WorkItemsOptions {
  /** The first key: a whole number from -(2^53 - 1) to 2^53 - 1. */
  readonly from: number;

  /** The key after the last one: a whole number from -(2^53 - 1) to 2^53 - 1, which must not be below `from`. */
  readonly to: number;

  /** How many keys an item has. Minimum: 1. The last item may have fewer. */
  readonly size: number;
}

/** Ranges of keys of any size. */
export interface BigKeyRangesProps extends WorkItemsOptions {
  /** The first key: a whole number in decimal. */
  readonly from: string;

  /** The key after the last one: a whole number in decimal, which must not be below `from`. */
  readonly to: string;

  /** How many keys an item has, in decimal. Minimum: 1. The last item may have fewer. */
  readonly size: string;
}
