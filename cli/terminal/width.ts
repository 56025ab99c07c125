import stringWidth from 'string-width';

const ELLIPSIS = '…';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How many columns a text takes on a terminal. Escape sequences of colours take none. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** A text without colours, cut so that it takes at most so many columns. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let kept = '';
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += widthOf(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return columns < 1 ? '' : kept + ELLIPSIS;
}

/** Fills up a text with blanks to so many columns. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}
