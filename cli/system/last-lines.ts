/** The last lines of a text that are not blank. Of a line that was written over and over, as a progress bar is, the last one. */
export function lastLines(text: string | undefined, max: number): string[] {
  const lines = (text ?? '').split(/[\r\n]+/).map((line) => line.trimEnd());
  return lines.filter((line) => line !== '').slice(-max);
}
