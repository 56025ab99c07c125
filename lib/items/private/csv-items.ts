import { CsvError, parse } from 'csv-parse/sync';
import { readText } from '../../validation/read-file';

/** The rows of a CSV file with a header, each as a JSON object of texts. */
export function csvItems(context: string, file: string, delimiter: string): string[] {
  if (!/^[^"\r\n]$/u.test(delimiter)) {
    throw new Error(
      `${context}: delimiter is ${JSON.stringify(delimiter)}; it must be one character, and no quote or line end. ` +
        'Give one such as ";" or "\\t".',
    );
  }
  const [header, ...rows] = parseCsv(context, readText(context, file, 'Convert it.'), delimiter);
  if (header === undefined) return [];
  const keys = checkedHeader(context, header).map((name) => `${JSON.stringify(name)}:`);
  return rows.map((row) => `{${row.map((value, column) => keys[column] + JSON.stringify(value)).join(',')}}`);
}

/** Rows with more or fewer values than the first one are an error. */
function parseCsv(context: string, text: string, delimiter: string): string[][] {
  try {
    return parse(text, { delimiter, record_delimiter: ['\r\n', '\n', '\r'], skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const message = error.message.replace(/line \d+/, `line ${lineOf(error, text)}`);
    throw new Error(`${context}: ${message}. Correct that row, or give the file's delimiter.`);
  }
}

/** Counted here: csv-parse counts a CRLF in quotes twice. */
function lineOf(error: CsvError, text: string): number {
  // To the end of a row that is ragged, or to the value with the quotes.
  const before = Buffer.from(text).subarray(0, Number(error.bytes)).toString();
  const ragged = error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH';
  return (ragged ? before.replace(/(\r\n|\r|\n)$/, '') : before).split(/\r\n|\r|\n/).length;
}

function checkedHeader(context: string, header: string[]): string[] {
  for (const [n, name] of header.entries()) {
    if (name === '') throw new Error(`${context}: column ${n + 1} has no name in the first row. Give it one.`);
    const first = header.indexOf(name);
    if (first < n) {
      throw new Error(
        `${context}: columns ${first + 1} and ${n + 1} have the same name ${JSON.stringify(name)}. Rename one.`,
      );
    }
  }
  return header;
}
