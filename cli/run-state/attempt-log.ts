import type { Attempt } from './item-attempts';

/**
 * The kubelet writes the time before each line when it reads the line, which may be after the courier has noticed that the
 * program has ended.
 */
const LATE_MS = 1500;

/**
 * The lines of an attempt, without their times, from a container's log with times.
 *
 * @param next when the pod has begun with what came next
 */
export function linesOf(log: string, { started, ended }: Attempt, next: number | undefined): string[] {
  const end = Math.min(
    next ?? Number.POSITIVE_INFINITY,
    ended === undefined ? Number.POSITIVE_INFINITY : ended + LATE_MS,
  );
  const lines: string[] = [];
  for (const line of log.split('\n')) {
    const [, stamp, text] = /^(\S+) (.*)$/s.exec(line) ?? [];
    const time = stamp === undefined ? Number.NaN : Date.parse(stamp);
    if (time >= started && time < end) lines.push(text);
  }
  return lines;
}
