import { table } from '../../tools/table';
import { type End, endOf, type Facts, lostItems, repeats } from './oracle';
import { type FaultKind, WEIGHTS } from './schedule';

/** Whether a Job has failed because a fault has taken messages. */
function saysSo(facts: Facts): boolean {
  return ['items lost', 'queue deleted'].includes(endOf(facts));
}

/** What a chaos run came to. */
export class Summary {
  readonly breaches: string[] = [];
  private readonly kinds = new Map<FaultKind, number>();
  private readonly jobs: Facts[] = [];

  fault(kind: FaultKind): void {
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
  }

  job(facts: Facts): void {
    this.jobs.push(facts);
  }

  get faults(): number {
    return [...this.kinds.values()].reduce((sum, count) => sum + count, 0);
  }

  /** As tables of Markdown: docs/faults.md holds one. */
  toString(): string {
    const count = (holds: (facts: Facts) => boolean) => this.jobs.filter(holds).length;
    const ended = (end: End) => count((facts) => endOf(facts) === end);
    const sum = (of: (facts: Facts) => number) => this.jobs.reduce((total, facts) => total + of(facts), 0);
    const done = (facts: Facts) => new Set(facts.done).size;
    const rows: [string, number][] = [
      ['Jobs', count(({ isPool }) => !isPool)],
      ['pools', count(({ isPool }) => isPool)],
      ['of both, Complete', ended('complete')],
      ['Failed for dead letters', ended('dead letters')],
      ['Failed for lost items', ended('items lost')],
      ['Failed because a queue was deleted', ended('queue deleted')],
      ['hung', ended('hung')],
      ['met a fault that loses messages', count(({ losses }) => losses.size > 0)],
      ['items', sum(({ items }) => items.length)],
      ['of these done', sum(done)],
      ['of these dead letters', sum(({ dead }) => dead.length)],
      ['lost, and the Job Failed for that', sum((facts) => (saysSo(facts) ? lostItems(facts).length : 0))],
      ['lost otherwise', sum((facts) => (saysSo(facts) ? 0 : lostItems(facts).length))],
      ['begun more than once', sum((facts) => repeats(facts).begun)],
      ['done more than once', sum((facts) => repeats(facts).done)],
      ['records', sum(({ records }) => (records ? records.done.length + records.dead.length : 0))],
    ];
    const kinds = (Object.keys(WEIGHTS) as FaultKind[]).map((kind) => [kind, this.kinds.get(kind) ?? 0] as const);
    return [
      table(['fault', 'times'], [...kinds, ['all', this.faults] as const]),
      table(['', ''], rows),
      ...this.breaches.map((sentence) => `BREACH ${sentence}`),
    ].join('\n\n');
  }
}
