import { faultsOf } from '../../chaos/blame';
import type { Blame, Entry } from '../../chaos/journal-file';

const entry = (what: Entry['what'], item: string, pod = 'a', queue = 'q'): Entry => ({
  what,
  queue,
  item,
  pod,
  time: '',
});
const blame = (pod: string): Blame => ({ what: 'blame', pod, time: '' });

test.each<[string, (Entry | Blame)[], Record<string, number>]>([
  ['nothing', [entry('start', '1'), entry('end', '1')], {}],
  ['an order', [entry('start', '1'), entry('order', '1'), entry('start', '1'), entry('order', '1')], { 1: 2 }],
  [
    'a fault of the pod, for the item that runs and the next',
    [entry('start', '1'), blame('a'), entry('start', '2')],
    { 1: 1, 2: 1 },
  ],
  ['not the one after', [blame('a'), entry('start', '1'), entry('start', '2')], { 1: 1 }],
  ['not of another pod', [entry('start', '1'), entry('start', '2', 'b'), blame('b')], { 2: 1 }],
  ['not of another queue', [entry('start', '1'), entry('start', '1', 'b', 'other'), blame('b')], {}],
])('counts the faults that may have cost an item an attempt: %s', (_, entries, expected) => {
  expect(Object.fromEntries([...faultsOf(entries, 'q').perItem].filter(([, count]) => count > 0))).toEqual(expected);
});

test('keeps the faults of a pod in which no other program began', () => {
  const entries = [blame('a'), blame('b'), entry('start', '1', 'b')];
  expect([...faultsOf(entries, 'q').perPod]).toEqual([['a', 1]]);
});
