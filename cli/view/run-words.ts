import { duration, plural, quoted } from '../../lib/programs/runtime/log';
import type { ItemCounts, RunState } from '../run-state/run-state';
import type { TimeRange } from '../run-state/time-left';

/** `item 7 "melon"`, or `item 7` if its text is not known. */
export function itemName({ item, text }: { readonly item: number; readonly text?: string }): string {
  return text === undefined ? `item ${item}` : `item ${item} ${quoted(text)}`;
}

/** `3 of 8 done, 2 at work, 3 waiting, 0 dead`, as far as it is known. */
export function countWords({ total, done, dead, atWork, waiting }: ItemCounts): string {
  if (done === undefined) return plural(total, 'item');
  const parts = [
    `${done} of ${total} done`,
    ...(atWork === undefined ? [] : [`${atWork} at work`]),
    ...(waiting === undefined ? [] : [`${waiting} waiting`]),
    `${dead ?? 0} dead`,
  ];
  return parts.join(', ');
}

/** `0.8 items/s, 10 s to 14 s left`: nothing while it is not known. */
export function paceWords({ itemsPerSecond, timeLeft }: Pick<RunState, 'itemsPerSecond' | 'timeLeft'>): string {
  const rate = itemsPerSecond === undefined ? [] : [rateWords(itemsPerSecond)];
  return [...rate, ...(timeLeft ? [`${rangeWords(timeLeft)} left`] : [])].join(', ');
}

/** Slow runs are told by the minute or the hour. */
function rateWords(perSecond: number): string {
  if (perSecond >= 0.1) return `${significant(perSecond)} items/s`;
  if (perSecond >= 0.1 / 60) return `${significant(perSecond * 60)} items/min`;
  return `${significant(perSecond * 3600)} items/h`;
}

function significant(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}

function rangeWords({ fromSeconds, toSeconds }: TimeRange): string {
  const [from, to] = [fromSeconds, toSeconds].map((seconds) => duration(rounded(seconds) * 1000));
  return from === to ? `about ${to}` : `${from} to ${to}`;
}

/** A guess has no more digits than it is worth. */
function rounded(seconds: number): number {
  if (seconds < 60) return Math.max(1, Math.round(seconds));
  if (seconds < 600) return Math.round(seconds / 10) * 10;
  return seconds < 7200 ? Math.round(seconds / 60) * 60 : Math.round(seconds / 600) * 600;
}

/** How long ago, or between two times, in words. */
export function agoWords(from: string, to: string): string {
  return duration(Math.max(0, Date.parse(to) - Date.parse(from)));
}
