/** One line a fact, with the time; a person reads it in `kubectl logs`. */
export type Log = (line: string) => void;

export const log: Log = (line) => {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
};

/** `15 ms`, `1.2 s`, `45 s`, `3 min 20 s`, `2 h 5 min`: as exact as a reader cares for. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A sentence fits into a termination message, which has 4096 bytes, and in one piece into a FIFO, which takes as many. */
const MOST_SENTENCE_BYTES = 2000;

/** A sentence on one line and of bounded length, whatever others have put into it. */
export function oneLine(sentence: string): string {
  const line = sentence.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const bytes = Buffer.from(line);
  if (bytes.length <= MOST_SENTENCE_BYTES) return line;
  return `${bytes
    .subarray(0, MOST_SENTENCE_BYTES)
    .toString()
    .replace(/\ufffd+$/, '')}…`;
}

/** An item or a name in quotes, on one line and short, whatever bytes it is made of. */
export function quoted(bytes: Buffer | string): string {
  const text = bytes.slice(0, 320).toString().slice(0, 80);
  const escaped = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  // JSON leaves the C1 control characters and the line separators as they are.
  return escaped.replace(/[\u007f-\u009f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
