import { shortened, shortenedStart, visible, visibleJson, withoutUnseen } from './visible';

let destination: NodeJS.WritableStream = process.stdout;

/** From now on, {@link log} writes to this stream. The standard output of the command line is for results. */
export function logTo(stream: NodeJS.WritableStream): void {
  destination = stream;
}

/**
 * Writes a line to the log, with the time, for a person who reads `kubectl logs`. If there are more lines, such as those of a
 * stack trace, they begin with blanks: none looks like a line of its own.
 */
export function log(line: string): void {
  destination.write(`${new Date().toISOString()} ${visible(line, { lines: true }).replace(/\n/g, '\n  ')}\n`);
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
  const line = withoutUnseen(message).replace(/\s+/g, ' ').trim();
  const bytes = Buffer.from(line);
  if (bytes.length <= MAX_MESSAGE_BYTES) return line;
  return `${bytes
    .subarray(0, MAX_MESSAGE_BYTES)
    .toString()
    .replace(/\ufffd+$/, '')}…`;
}

const QUOTED_CHARACTERS = 60;

/** An item or a name in quotes, on one line and short, whatever bytes it is made of. */
export function quoted(bytes: Buffer | string): string {
  return visibleJson(shortened(bytes.slice(0, 320).toString(), QUOTED_CHARACTERS));
}

/** What a program has said, in quotes: like {@link quoted}, but what is long loses its beginning. What is wrong comes last. */
export function quotedEnd(text: string): string {
  return visibleJson(shortenedStart(text, QUOTED_CHARACTERS));
}

export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
