/**
 * Writes a line to the log, with the time, for a person who reads `kubectl logs`. What the terminal would obey instead of showing
 * it becomes an escape. If there are more lines, such as those of a stack trace, they begin with blanks: none looks like a line of
 * its own.
 */
export function log(line: string): void {
  const shown = line.replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu, unicodeEscape).replace(/\n/g, '\n  ');
  process.stdout.write(`${new Date().toISOString()} ${shown}\n`);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** `15 ms`, `1.2 s`, `45 s`, `3 min 20 s`, `2 h`: as exact as a reader cares for. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 120) return joined(minutes, 'min', whole % 60, 's');
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function joined(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** A message fits into a termination message, which has at most 4096 bytes, and into one write to a FIFO, which has as many. */
const MAX_MESSAGE_BYTES = 2000;

/** A message on one line and of bounded length, whatever others have put into it. */
export function oneLine(message: string): string {
  const line = message.replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ').trim();
  const bytes = Buffer.from(line);
  if (bytes.length <= MAX_MESSAGE_BYTES) return line;
  return `${bytes
    .subarray(0, MAX_MESSAGE_BYTES)
    .toString()
    .replace(/\ufffd+$/, '')}…`;
}

/** An item or a name in quotes, on one line and short, whatever bytes it is made of. */
export function quoted(bytes: Buffer | string): string {
  const text = bytes.slice(0, 320).toString().slice(0, 80);
  const escaped = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  // JSON leaves the C1 control characters, the line separators and what changes the direction of text as they are.
  return escaped.replace(/[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu, unicodeEscape);
}

export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
