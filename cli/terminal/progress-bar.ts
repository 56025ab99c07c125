import type { Line, Span } from './spans';

/** A part of a bar, and the character that it is drawn with. */
export interface BarPart {
  readonly count: number;
  readonly character: string;
  readonly style?: Span['style'];
}

/** A bar of so many columns for a total. A part that is not empty has a column, if there is room. */
export function progressBar(parts: readonly BarPart[], total: number, columns: number): Line {
  let left = columns;
  const spans = parts.map(({ count, character, style }) => {
    const share = Math.floor((count / Math.max(1, total)) * columns);
    const taken = Math.min(left, count === 0 ? 0 : Math.max(1, share));
    left -= taken;
    return { text: character.repeat(taken), style };
  });
  return [...spans, { text: '·'.repeat(left), style: 'dim' }];
}
