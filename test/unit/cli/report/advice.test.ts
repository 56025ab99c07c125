import { adviceOf } from '../../../../cli/report/advice';
import { measuredWork } from '../../../../cli/report/measured-work';
import { courseOf } from '../../../../cli/report/run-course';
import type { RunHistory, RunRecord } from '../../../../cli/report/run-history';
import { runHistory } from '../../../support/run-histories';

const START = Date.parse('2026-03-01T08:00:00Z');

/** Items that took so many seconds, each done at a time in a pod. */
function history(items: readonly [pod: string, start: number, seconds: number][], more: Partial<RunHistory> = {}) {
  const records = items.map(([pod, start, seconds], number): RunRecord => {
    const started = new Date(START + start * 1000).toISOString();
    return { kind: 'done', number, attempt: 1, pod, node: 'node-1', started, seconds };
  });
  const until = new Date(START + 1_000_000).toISOString();
  return courseOf({
    name: 'run',
    items: items.length,
    parallelism: 1,
    itemsPerPod: 1,
    records,
    events: [],
    until,
    ...more,
  });
}

/** Pods one after the other, with 5 s between them. */
const ONE_AT_A_TIME = history([
  ['a', 0, 10],
  ['b', 15, 10],
  ['c', 30, 10],
  ['d', 45, 10],
]);

test('the overhead of a pod is measured from its last item to the first one of the next pod', () => {
  expect(measuredWork(ONE_AT_A_TIME)).toMatchObject({ isPodMeasured: true, overhead: { podSeconds: 5 } });
});

test('with few pods, the overhead of a pod is assumed', () => {
  const pool = history([['a', 0, 10]], { itemsPerPod: undefined });
  expect(measuredWork(pool)).toMatchObject({ isPodMeasured: false, overhead: { podSeconds: 4.3, itemSeconds: 0 } });
});

test('the overhead of an item is measured between two items of a pod', () => {
  const work = measuredWork(
    history([
      ['a', 0, 10],
      ['a', 10.5, 10],
      ['a', 21, 10],
    ]),
  );
  expect(work?.overhead.itemSeconds).toBeCloseTo(0.5);
});

test('an item keeps its pod busy with all its attempts and the pauses between them', () => {
  const failed = {
    ...{ kind: 'failed' as const, number: 0, attempt: 1, pod: 'a', node: 'node-1', reason: 'exit 3', seconds: 4 },
    time: new Date(START - 2000).toISOString(),
  };
  expect(measuredWork(history([['a', 0, 10]], { events: [failed] }))?.items[0]).toBeCloseTo(4 + 2 + 10);
});

test('an item that was not measured has the mean of the others', () => {
  const work = measuredWork(
    history(
      [
        ['a', 0, 10],
        ['b', 0, 20],
      ],
      { items: 3 },
    ),
  );
  expect([...(work?.items ?? [])]).toEqual([10, 20, 15]);
  expect(work?.measuredItems).toBe(2);
});

test('the simulation of the own values is what the run took', () => {
  expect(adviceOf(ONE_AT_A_TIME)?.ownMakespan).toBeCloseTo(55);
  for (const shape of [
    { items: 500, parallelism: 7, itemsPerPod: 4 },
    { items: 400, parallelism: 9 },
  ]) {
    const course = courseOf(runHistory({ ...shape, failing: 20 }));
    const took = course.makespan / 1000;
    expect(Math.abs((adviceOf(course)?.ownMakespan ?? 0) - took) / took).toBeLessThan(0.05);
  }
});

test('other values are simulated around those of the run', () => {
  const advice = adviceOf(ONE_AT_A_TIME);
  expect(advice?.parallelisms).toEqual([1, 2, 4]);
  expect(advice?.itemsPerPods).toEqual([1, Number.POSITIVE_INFINITY]);
  const [pods, pool] = advice?.makespans ?? [];
  expect([pods[0], pods[1], pods[2]].map(Math.round)).toEqual([55, 25, 10]);
  expect([pool[0], pool[1], pool[2]].map(Math.round)).toEqual([40, 20, 10]);
});

test('the longest item and what its place in the list costs are part of the advice', () => {
  const advice = adviceOf(
    history(
      [
        ['a', 0, 10],
        ['b', 0, 10],
        ['a', 10, 10],
        ['b', 10, 40],
      ],
      { parallelism: 2, itemsPerPod: undefined },
    ),
  );
  expect(advice?.longest).toEqual({ number: 3, seconds: 40 });
  expect([advice?.ownMakespan, advice?.longestFirst]).toEqual([50, 40]);
});

test('there are enough pods when more of them bring nearly nothing', () => {
  const long = history(
    [
      ['a', 0, 100],
      ['b', 0, 5],
      ['c', 0, 5],
      ['d', 0, 5],
    ],
    { parallelism: 4, itemsPerPod: undefined },
  );
  expect(adviceOf(long)?.enoughPods).toBe(2);
});

test('without an attempt there is no advice', () => {
  expect(adviceOf(history([], { items: 5 }))).toBeUndefined();
});
