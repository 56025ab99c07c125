import { padded, widthOf } from './width';

/** Columns two blanks apart, as kubectl prints them: a line a row, the first one the header. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, n) => Math.max(...rows.map((row) => widthOf(row[n]))));
  return rows.map((row) =>
    row
      .map((cell, n) => padded(cell, widths[n]))
      .join('  ')
      .trimEnd(),
  );
}
