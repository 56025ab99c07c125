import { table } from '../../tools/table';
import { type Facts, lostItems, repeats } from './oracle';
import { type FaultKind, WEIGHTS } from './schedule';

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
    const ended = (outcome: string | undefined) => this.jobs.filter((job) => job.outcome === outcome).length;
    const sum = (of: (facts: Facts) => number) => this.jobs.reduce((total, facts) => total + of(facts), 0);
    const done = (facts: Facts) => new Set(facts.done).size;
    const rows: [string, number][] = [
      ['Jobs', this.jobs.length],
      ['of these Complete', ended('Complete')],
      ['of these Failed, for their dead letters', ended('Failed: PodFailurePolicy')],
      ['hung', ended(undefined)],
      ['items', sum(({ items }) => items.length)],
      ['of these done', sum(done)],
      ['of these dead letters', sum(({ dead }) => dead.length)],
      ['lost', sum((facts) => lostItems(facts).length)],
      ['begun more than once', sum((facts) => repeats(facts).begun)],
      ['done more than once', sum((facts) => repeats(facts).done)],
    ];
    const kinds = (Object.keys(WEIGHTS) as FaultKind[]).map((kind) => [kind, this.kinds.get(kind) ?? 0] as const);
    return [
      table(['fault', 'times'], [...kinds, ['all', this.faults] as const]),
      table(['', ''], rows),
      ...this.breaches.map((sentence) => `BREACH ${sentence}`),
    ].join('\n\n');
  }
}
