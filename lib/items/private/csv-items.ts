import { CsvError, parse } from 'csv-parse/sync';
import { readTextWithoutNul } from '../../validation/read-file';
import { synthError } from '../../validation/synth-error';

/** Returns the rows of a CSV file with a header, each as a JSON object of strings. */
export function csvItems(context: string, file: string, delimiter: string): string[] {
  if (!/^[^"\r\n]$/u.test(delimiter)) {
    throw synthError(
      context,
      `delimiter is ${JSON.stringify(delimiter)}; it must be one character that is not a quote or a line end`,
      'Give one such as ";" or "\\t".',
    );
  }
  const [header, ...rows] = parseCsv(context, readTextWithoutNul(context, file, 'Convert it.'), delimiter);
  if (header === undefined) return [];
  const keys = checkedHeader(context, header).map((name) => `${JSON.stringify(name)}:`);
  return rows.map((row) => `{${row.map((value, column) => keys[column] + JSON.stringify(value)).join(',')}}`);
}

/** @throws if a row has more or fewer values than the first one, or if its quotes are wrong */
function parseCsv(context: string, text: string, delimiter: string): string[][] {
  try {
    return parse(text, { delimiter, record_delimiter: ['\r\n', '\n', '\r'], skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const message = error.message.replace(/line \d+/, `line ${lineOf(error, text)}`);
    throw synthError(context, message, "Correct that row, or give the file's delimiter.");
  }
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
