import { type FaultKind, LOSING, scheduleFaults, scheduleJob, WEIGHTS } from '../../chaos/schedule';

function faults(seed: number, count: number) {
  const next = scheduleFaults(seed);
  return Array.from({ length: count }, next);
}

function jobs(seed: number, count: number) {
  return Array.from({ length: count }, (_, number) => scheduleJob(seed, number, 45));
}

describe('the plan of the fault bench', () => {
  test('is the same for a seed, and another for another seed', () => {
    expect(faults(1, 50)).toEqual(faults(1, 50));
    expect(faults(1, 50)).not.toEqual(faults(2, 50));
    expect(jobs(1, 10)).toEqual(jobs(1, 10));
    expect(jobs(1, 10)).not.toEqual(jobs(2, 10));
  });

  test('has each kind of fault about as often as its weight says', () => {
    const counts = new Map<FaultKind, number>();
    for (const { kind } of faults(1, 20_000)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const all = Object.values(WEIGHTS).reduce<number>((sum, weight) => sum + weight, 0);
    for (const [kind, weight] of Object.entries(WEIGHTS)) {
      const expected = (20_000 * weight) / all;
      expect(Math.abs((counts.get(kind as FaultKind) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  test('leaves out kinds of faults', () => {
    const next = scheduleFaults(1, { without: LOSING, pause: 5 });
    const found = Array.from({ length: 5000 }, next);
    expect(found.filter(({ kind }) => LOSING.includes(kind))).toEqual([]);
    expect(new Set(found.map(({ after }) => after))).toEqual(new Set([5]));
  });

  test('has a pool of 2 to 4 workers for about a third of the Jobs', () => {
    const pools = jobs(3, 900).flatMap(({ workers }) => workers ?? []);
    expect(Math.abs(pools.length - 300)).toBeLessThan(60);
    expect(new Set(pools)).toEqual(new Set([2, 3, 4]));
  });

  test('has Jobs of at least an item, and of no more than is done in some minutes', () => {
    for (const job of jobs(7, 500)) {
      expect(job.items).toBeGreaterThan(0);
      expect(job.items * job.itemSeconds).toBeLessThan(200);
    }
  });
});
