import { attemptsOf } from '../../../../cli/report/attempts';
import type { RunEvent, RunHistory, RunRecord } from '../../../../cli/report/run-history';

const START = Date.parse('2026-03-01T08:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const place = (pod: string) => ({ pod, node: 'node-1' });

const started = (number: number, time: number, pod = 'a', attempt = 1): RunEvent => ({
  ...{ kind: 'started', number, attempt, time: at(time) },
  ...place(pod),
});
const failed = (number: number, time: number, seconds: number, attempt = 1): RunEvent => ({
  ...{ kind: 'failed', number, attempt, time: at(time), seconds, reason: 'exit 3' },
  ...place('a'),
});
const requeued = (number: number, time: number): RunEvent => ({
  ...{ kind: 'requeued', number, time: at(time), reason: 'terminated', attempts: 0, interruptions: 1 },
  ...place('a'),
});
const done = (number: number, time: number, seconds: number, pod = 'a', attempt = 1): RunRecord => ({
  ...{ kind: 'done', number, attempt, started: at(time), seconds },
  ...place(pod),
});
const dead = (number: number): RunRecord => ({ kind: 'dead', number, description: '"melon" (exit 3)', ...place('a') });

/** The attempts with seconds since the start. */
function attempts(records: RunRecord[], events: RunEvent[], more: Partial<RunHistory> = {}) {
  const history = { name: 'run', items: 9, parallelism: 2, itemsPerPod: 1, records, events, until: at(100), ...more };
  return attemptsOf(history).map(({ number, start, end, outcome, reason }) => ({
    ...{ number, start: (start - START) / 1000, end: (end - START) / 1000, outcome },
    ...(reason !== undefined && { reason }),
  }));
}

test('an attempt that is done is in the ledger, and its event adds no other one', () => {
  const found = attempts([done(0, 1, 3)], [started(0, 1.02)]);
  expect(found).toEqual([{ number: 0, start: 1, end: 4, outcome: 'done' }]);
});

test('an attempt that failed is in the events', () => {
  const found = attempts([done(0, 5, 1, 'a', 2)], [started(0, 1), failed(0, 3, 2), started(0, 5, 'a', 2)]);
  expect(found).toEqual([
    { number: 0, start: 1, end: 3, outcome: 'failed', reason: 'exit 3' },
    { number: 0, start: 5, end: 6, outcome: 'done' },
  ]);
});

test('only the last attempt of a dead letter is called dead', () => {
  const found = attempts([dead(0)], [failed(0, 3, 2), failed(0, 6, 2, 2)]);
  expect(found.map(({ outcome }) => outcome)).toEqual(['failed', 'dead']);
});

test('an item that is done and a dead letter is done', () => {
  const found = attempts([dead(0), done(0, 9, 1)], [failed(0, 3, 2)]);
  expect(found.map(({ outcome }) => outcome)).toEqual(['failed', 'done']);
});

describe('an attempt whose end nobody has told', () => {
  test('is at work if nothing else is known', () => {
    expect(attempts([], [started(0, 1)])).toEqual([{ number: 0, start: 1, end: 100, outcome: 'running' }]);
  });

  test('was interrupted when its pod requeued the item', () => {
    const found = attempts([], [started(0, 1), requeued(0, 5)]);
    expect(found).toEqual([{ number: 0, start: 1, end: 5, outcome: 'interrupted', reason: 'terminated' }]);
  });

  test('was interrupted at the latest when another pod began the item', () => {
    const found = attempts([done(0, 7, 1, 'b')], [started(0, 1), started(0, 7, 'b')]);
    expect(found[0]).toEqual({ number: 0, start: 1, end: 7, outcome: 'interrupted' });
  });

  test('was interrupted at the latest when its pod began another item', () => {
    const found = attempts([done(1, 4, 1)], [started(0, 1), started(1, 4)]);
    expect(found[0]).toMatchObject({ number: 0, end: 4, outcome: 'interrupted' });
  });

  test('was interrupted when its pod ended, with what Kubernetes says', () => {
    const found = attempts([], [started(0, 1)], { pods: [{ name: 'a', finished: at(6), end: 'courier 137' }] });
    expect(found).toEqual([{ number: 0, start: 1, end: 6, outcome: 'interrupted', reason: 'courier 137' }]);
  });

  test('has no length if the item is over and nothing else is known', () => {
    const found = attempts([done(0, 0.5, 0.1, 'b')], [started(0, 1)]);
    expect(found[1]).toMatchObject({ start: 1, end: 1, outcome: 'interrupted' });
  });
});

test('the same attempt of an item twice in a pod is two attempts', () => {
  const found = attempts([done(0, 30, 1)], [started(0, 1), started(0, 30)]);
  expect(found.map(({ start, outcome }) => [start, outcome])).toEqual([
    [1, 'interrupted'],
    [30, 'done'],
  ]);
});

test('foreign messages and unreadable times are left out', () => {
  const { number: _, ...foreign } = started(0, 1);
  const found = attempts([{ ...done(1, 1, 1), started: 'soon' } as RunRecord], [foreign as RunEvent]);
  expect(found).toEqual([]);
});
