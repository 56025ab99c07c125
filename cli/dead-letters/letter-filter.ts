import type { DeadLetter } from './dead-letter';

/** Which dead letters are meant: those that all given conditions are true of. */
export interface LetterFilter {
  /** What the reason contains, in upper or lower case. */
  readonly reason?: string;
  readonly exitCode?: number;
  /** What the end of standard error matches. */
  readonly stderr?: RegExp;
  /** The numbers of the items. */
  readonly item?: readonly number[];
}

export function matches({ reason, exitCode, stderr, item }: LetterFilter, letter: DeadLetter): boolean {
  if (reason !== undefined && !letter.reason.toLowerCase().includes(reason.toLowerCase())) return false;
  if (exitCode !== undefined && letter.exitCode !== exitCode) return false;
  if (stderr !== undefined && !stderr.test(letter.stderr ?? '')) return false;
  return item === undefined || item.includes(letter.item);
}

/** The last dead letter of each item, in the order of the items. An item may have several: one for each retry, and copies. */
export function lastLetters<T extends DeadLetter>(letters: readonly T[]): T[] {
  const last = new Map<number, T>();
  for (const letter of letters) {
    if ((last.get(letter.item)?.generation ?? 0) <= letter.generation) last.set(letter.item, letter);
  }
  return [...last.values()].sort((a, b) => a.item - b.item);
}
