import type { Colors } from './colors';
import { cut, widthOf } from './width';

/** A piece of a line, and how it looks where there are colours. */
export interface Span {
  readonly text: string;
  readonly style?: 'bold' | 'dim' | 'red' | 'green' | 'cyan' | 'yellow';
}

export type Line = readonly Span[];

/** A line as a terminal shows it, cut to so many columns. */
export function render(line: Line, colors: Colors, columns = Number.POSITIVE_INFINITY): string {
  let left = columns;
  return line
    .map(({ text, style }) => {
      const shown = cut(text, left);
      left -= widthOf(shown);
      return style ? colors[style](shown) : shown;
    })
    .join('')
    .trimEnd();
}
