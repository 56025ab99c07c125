import { CsvError, parse } from 'csv-parse/sync';
import { readTextWithoutNul } from '../../validation/read-file';
import { synthError } from '../../validation/synth-error';

/** What programs write between values, beside the comma. */
const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Returns the rows of a CSV file with a header, each as a JSON object of strings.
 *
 * @param given the delimiter, if the user has given one
 */
export function csvItems(context: string, file: string, given: string | undefined): string[] {
  const delimiter = given ?? ',';
  if (!/^[^"\r\n]$/u.test(delimiter)) {
    throw synthError(
      context,
      `delimiter is ${JSON.stringify(delimiter)}; it must be one character that is not a quote or a line end`,
      'Give one such as ";" or "\\t".',
    );
  }
  const text = readTextWithoutNul(context, file, 'Convert it.');
  const [header, ...rows] = parseCsv(context, text, delimiter);
  if (header === undefined) return [];
  if (given === undefined || header.length === 1) requireNoOther(context, text, delimiter, header);
  const keys = checkedHeader(context, header).map((name) => `${JSON.stringify(name)}:`);
  return rows.map((row) => `{${row.map((value, column) => keys[column] + JSON.stringify(value)).join(',')}}`);
}

/** @throws if a row has more or fewer values than the first one, or if its quotes are wrong */
function parseCsv(context: string, text: string, delimiter: string): string[][] {
  try {
    return rowsOf(text, delimiter);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const message = error.message.replace(/line \d+/, `line ${lineOf(error, text)}`);
    const other = otherDelimiter(text, delimiter);
    const hint = other
      ? `All rows have the same number of values if ${named(other)} separates them: set delimiter to ${named(other)}.`
      : "Correct that row, or give the file's delimiter.";
    throw synthError(context, message, hint);
  }
}

function rowsOf(text: string, delimiter: string): string[][] {
  return parse(text, { delimiter, record_delimiter: ['\r\n', '\n', '\r'], skip_empty_lines: true });
}

/** Requires that no other delimiter separates all rows into the same number of values. */
function requireNoOther(context: string, text: string, delimiter: string, header: string[]): void {
  const other = otherDelimiter(text, delimiter);
  if (other === undefined) return;
  const means = header.length === 1 ? `put the name of the column in quotes` : `set delimiter to ${named(delimiter)}`;
  throw synthError(
    context,
    `the names in the first row are ${JSON.stringify(header)}, and all rows contain ${named(other)} equally often`,
    `Set delimiter to ${named(other)}. If ${named(other)} belongs to the values, ${means}.`,
  );
}

/** Returns a delimiter with which all rows have the same number of values, and more than one. */
function otherDelimiter(text: string, delimiter: string): string | undefined {
  const firstLine = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  return DELIMITERS.filter((other) => other !== delimiter && firstLine.includes(other)).find((other) => {
    try {
      const [header, ...rows] = rowsOf(text, other);
      return header.length > 1 && rows.length > 0;
    } catch (error) {
      if (error instanceof CsvError) return false;
      throw error;
    }
  });
}

function named(delimiter: string): string {
  return JSON.stringify(delimiter);
}

/** Counts the lines up to the error. csv-parse counts them too, but a CRLF in quotes twice. */
function lineOf(error: CsvError, text: string): number {
  // `error.bytes` is the end of the row if the row has the wrong number of values, or else the place of the wrong
  // quotes.
  const before = Buffer.from(text).subarray(0, Number(error.bytes)).toString();
  const ragged = error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH';
  return (ragged ? before.replace(/(\r\n|\r|\n)$/, '') : before).split(/\r\n|\r|\n/).length;
}

function checkedHeader(context: string, header: string[]): string[] {
  for (const [n, name] of header.entries()) {
    if (name === '') throw synthError(context, `column ${n + 1} has no name in the first row`, 'Give it one.');
    const first = header.indexOf(name);
    if (first < n) {
      const problem = `columns ${first + 1} and ${n + 1} have the same name ${JSON.stringify(name)}`;
      throw synthError(context, problem, 'Rename one.');
    }
  }
  return header;
}
