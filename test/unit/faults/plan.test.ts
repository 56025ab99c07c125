import { type FaultKind, planRound, WEIGHTS } from '../../faults/plan';

function first(seed: number, round: number, count: number) {
  const plan = planRound(seed, round);
  return { ...plan, faults: Array.from({ length: count }, () => plan.faults()) };
}

describe('the plan of the fault bench', () => {
  test('is the same for a seed, and another for another seed and in another round', () => {
    expect(first(1, 2, 50)).toEqual(first(1, 2, 50));
    expect(first(1, 2, 50)).not.toEqual(first(2, 2, 50));
    expect(first(1, 2, 50)).not.toEqual(first(1, 3, 50));
  });

  test('has each kind of fault about as often as its weight says', () => {
    const counts = new Map<FaultKind, number>();
    for (const { kind } of first(1, 1, 20_000).faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const all = Object.values(WEIGHTS).reduce<number>((sum, weight) => sum + weight, 0);
    for (const [kind, weight] of Object.entries(WEIGHTS)) {
      const expected = (20_000 * weight) / all;
      expect(Math.abs((counts.get(kind as FaultKind) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  test('has Jobs of at least an item, and of no more than one round takes', () => {
    for (let round = 0; round < 200; round++) {
      for (const job of planRound(7, round).jobs) {
        expect(job.items).toBeGreaterThan(0);
        expect(job.items * job.itemSeconds).toBeLessThan(400);
      }
    }
  });
});
