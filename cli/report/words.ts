import { duration, quoted, quotedEnd } from '../../lib/programs/runtime/log';
import { shortened } from '../../lib/programs/runtime/visible';
import { lastLines } from '../system/last-lines';
import type { Attempt } from './attempts';
import type { RunCourse } from './run-course';

/** How much of an item is shown where there is little room. */
const ITEM_CHARACTERS = 40;

/** `item 7 "melon"`, or without the text if nobody knows it. */
export function itemName({ history }: RunCourse, number: number): string {
  const text = history.itemTexts?.[number];
  return text === undefined ? `item ${number}` : `item ${number} ${quoted(shortened(text, ITEM_CHARACTERS))}`;
}

/** What is to be said of an attempt, in one line. */
export function attemptText(course: RunCourse, attempt: Attempt): string {
  const { number, pod, node, start, end } = attempt;
  const times = `${since(course, start)} to ${since(course, end)}`;
  const where = `pod ${pod}${node && ` on ${node}`}`;
  const said = lastLines(attempt.stderr, 1).map((line) => `, standard error ${quotedEnd(line)}`);
  return `${itemName(course, number)}: attempt ${attempt.attempt} ${outcomeText(attempt)}, ${times}, ${where}${said.join('')}`;
}

function outcomeText({ outcome, reason, start, end }: Attempt): string {
  const took = duration(end - start);
  const why = reason === undefined ? '' : ` (${reason})`;
  switch (outcome) {
    case 'done':
      return `done after ${took}`;
    case 'failed':
      return `failed${why} after ${took}`;
    case 'dead':
      return `failed${why} after ${took}, and the item is a dead letter`;
    case 'interrupted':
      return `interrupted${why} after ${took} at most`;
    case 'running':
      return `at work for ${took}`;
  }
}

/** A time as one since the start of the run. */
export function since({ start }: Pick<RunCourse, 'start'>, time: number): string {
  return duration(Math.max(0, time - start));
}

/** `2026-11-28 12:00:05 UTC` */
export function clock(time: number): string {
  return Number.isNaN(time) ? 'unknown' : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `1,234 items` */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US', { maximumFractionDigits: 1 })} ${noun}${n === 1 ? '' : 's'}`;
}

/** Rounded down: 100 % means all. */
export function percent(share: number): string {
  const hundreds = share * 100;
  return `${hundreds >= 10 ? Math.floor(hundreds) : Math.floor(hundreds * 10) / 10} %`;
}
