import { stripVTControlCharacters } from 'node:util';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin each redrawing
const REDRAWN = /\u001b\[\d+A\r/;

/** What ends each drawing. */
const DRAWN = '\u001b[J';

/** What a terminal showed when the last drawing of a screen was complete, as plain text. */
export function lastScreen(output: string): string {
  const complete = output.slice(0, output.lastIndexOf(DRAWN));
  const [last = ''] = complete.split(REDRAWN).slice(-1);
  return stripVTControlCharacters(last)
    .split(/\r*\n/)
    .map((line) => line.replace(/^\r/, '').trimEnd())
    .join('\n')
    .trimEnd();
}
