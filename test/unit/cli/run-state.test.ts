import { type Observation, runState } from '../../../cli/run-state/assemble';
import { EventsView } from '../../../cli/run-state/events-view';
import { LedgerView } from '../../../cli/run-state/ledger-view';
import { runsOf } from '../../../cli/run-state/run-jobs';
import { RecordKind } from '../../../lib/contract/message-headers';
import { EVENT_STDERR_BYTES } from '../../../lib/contract/queues';
import type { Json } from '../../../tools/synthesized-run';
import { appliedJobs, ended, podOf } from '../../support/cluster-objects';
import { BEGAN, StreamMessages, time } from '../../support/stream-messages';

const { seeder, worker } = appliedJobs();
const filled = ended(seeder, 'Complete');
const [jobs] = runsOf([filled, worker]);
const messages = new StreamMessages(jobs);
const pod = (name: string) => podOf(worker, { name });

let ledger: LedgerView;
let events: EventsView;
beforeEach(() => {
  ledger = new LedgerView(jobs);
  events = new EventsView(jobs);
});

function stateOf(observation: Partial<Observation> = {}) {
  return runState({
    ...{ namespace: 'research', jobs, pods: [pod('pod-0'), pod('pod-1')], reading: { kind: 'ledger' }, ledger, events },
    isSeeded: false,
    now: new Date(BEGAN + 100_000),
    ...observation,
  });
}

const phaseOf = (...objects: Json[]) => stateOf({ jobs: runsOf(objects)[0] }).phase;

describe('the phase', () => {
  test('is Seeding until the seeder is done', () => {
    expect(phaseOf(seeder, worker)).toBe('Seeding');
    expect(phaseOf(filled, worker)).toBe('Running');
  });

  test('is Running as soon as the seeder has left its mark', () => {
    const [filling] = runsOf([seeder, worker]);
    expect(stateOf({ jobs: filling, isSeeded: true }).phase).toBe('Running');
  });

  test('is Running if an older seeder has filled the queue, as its records show', () => {
    ledger.add(messages.done(0));
    expect(phaseOf(ended(seeder, 'Failed'), worker)).toBe('Running');
  });

  test('is Failed if the seeder has failed and the queue is not filled', () => {
    expect(phaseOf(ended(seeder, 'Failed'), worker)).toBe('Failed');
  });

  test('is that of the worker Job when it has ended', () => {
    expect(phaseOf(filled, ended(worker, 'Complete'))).toBe('Complete');
    expect(phaseOf(filled, ended(worker, 'Failed'))).toBe('Failed');
  });

  test('is Suspended, or NoWorker', () => {
    expect(phaseOf(filled, { ...worker, spec: { ...worker.spec, suspend: true } })).toBe('Suspended');
    expect(phaseOf(filled)).toBe('NoWorker');
  });
});

test('items are counted by their records and by the events of pods that exist', () => {
  for (const item of [0, 1, 1]) ledger.add(messages.done(item));
  ledger.add(messages.dead(2, '"cherry" (exit 3)'));
  events.add(messages.started(1));
  events.add(messages.started(3, { pod: 'pod-0' }));
  events.add(messages.started(4, { pod: 'pod-1' }));
  events.add(messages.started(5, { pod: 'gone' }));
  const { items, countedBy, deadLetters } = stateOf();
  expect(items).toEqual({ total: 8, done: 2, dead: 1, atWork: 2, waiting: 3 });
  expect(countedBy).toBe('ledger');
  expect(deadLetters).toEqual([{ item: 2, description: '"cherry" (exit 3)', pod: 'pod-0' }]);
});

test('an item that is done after it was a dead letter is done', () => {
  ledger.add(messages.dead(2, 'dead'));
  ledger.add(messages.done(2));
  ledger.add(messages.dead(2, 'dead'));
  const { items, deadLetters } = stateOf();
  expect([items.done, items.dead]).toEqual([1, 0]);
  expect(deadLetters).toEqual([]);
});

test('messages that are none of the run change nothing', () => {
  const foreign = new StreamMessages({ ...jobs, run: 'foreign' });
  for (const message of [
    foreign.done(0),
    messages.done(8),
    messages.message('other', 1, {}),
    messages.message(RecordKind.DONE, undefined, {}),
  ]) {
    ledger.add(message);
    events.add(message);
  }
  events.add(foreign.started(1));
  expect(stateOf().items).toEqual({ total: 8, done: 0, dead: 0, atWork: 0, waiting: 8 });
});

test('a record whose body is no JSON of ours still counts', () => {
  ledger.add({ ...messages.done(0), content: Buffer.from('[1') });
  ledger.add({ ...messages.done(1), content: Buffer.from('{"started":"x","seconds":-1}') });
  const { items, itemsPerSecond } = stateOf();
  expect(items.done).toBe(2);
  expect(itemsPerSecond ?? 0).toBeGreaterThanOrEqual(0);
});

test('the slowest items at work are first, with their texts', () => {
  for (const [item, at] of [
    [0, 50],
    [1, 10],
    [2, 90],
  ]) {
    events.add(messages.started(item, { at, attempt: item + 1 }));
  }
  const texts = { text: (item: number) => ['apple', 'banana'][item] } as Observation['texts'];
  expect(stateOf({ texts }).slowest).toEqual([
    { item: 1, text: 'banana', attempt: 2, pod: 'pod-0', node: 'node-1', started: time(10), seconds: 90 },
    { item: 0, text: 'apple', attempt: 1, pod: 'pod-0', node: 'node-1', started: time(50), seconds: 50 },
    { item: 2, attempt: 3, pod: 'pod-0', node: 'node-1', started: time(90), seconds: 10 },
  ]);
});

test('an item that its pod has given back is not at work, but one that another pod has taken since is', () => {
  events.add(messages.started(0));
  events.add(messages.requeued(0));
  events.add(messages.started(1, { pod: 'pod-0' }));
  events.add(messages.started(1, { pod: 'pod-1' }));
  events.add(messages.requeued(1, { pod: 'pod-0' }));
  expect(stateOf().slowest.map(({ item, pod: where }) => [item, where])).toEqual([[1, 'pod-1']]);
});

test('an item between two attempts is at work', () => {
  events.add(messages.started(0));
  events.add(messages.failed(0));
  expect(stateOf().items.atWork).toBe(1);
});

test('the last failures are five, the latest first', () => {
  for (let n = 0; n < 7; n++) events.add(messages.failed(n, { at: n, reason: n === 6 ? 'a\u001b[31mb' : 'exit 3' }));
  const { lastFailures } = stateOf();
  expect(lastFailures.map(({ item }) => item)).toEqual([6, 5, 4, 3, 2]);
  expect(lastFailures[0]).toEqual({
    ...{ item: 6, attempt: 1, reason: 'a [31mb', pod: 'pod-0', time: time(6), seconds: 1, exitCode: 3 },
  });
});

test('a failure has the end of its standard error as it is, and only if there is one', () => {
  events.add(messages.failed(0, { at: 0 }));
  events.add(messages.failed(1, { at: 1, stderr: '' }));
  events.add(messages.failed(2, { at: 2, stderr: { not: 'a text' } }));
  events.add(messages.failed(3, { at: 3, stderr: 'first\nno such file\u001b[2J' }));
  events.add(messages.failed(4, { at: 4, stderr: `${'x'.repeat(5000)} foreign` }));
  const [foreign, known, ...others] = stateOf().lastFailures;
  expect(foreign.stderr).toHaveLength(EVENT_STDERR_BYTES);
  expect(known.stderr).toBe('first\nno such file\u001b[2J');
  expect(others.map((failure) => 'stderr' in failure)).toEqual([false, false, false]);
});

test('the rate is that of the last items, and the time left is a range', () => {
  for (let item = 0; item < 5; item++) ledger.add(messages.done(item, { started: 20 * item, seconds: 10 }));
  const { itemsPerSecond, timeLeft } = stateOf();
  expect(itemsPerSecond).toBeCloseTo(4 / 90);
  expect(timeLeft?.fromSeconds).toBeGreaterThan(0);
  expect(timeLeft?.toSeconds).toBeGreaterThanOrEqual(timeLeft?.fromSeconds ?? Infinity);
});

test('a run that is over has a verdict, and neither rate nor time left', () => {
  for (let item = 0; item < 7; item++) ledger.add(messages.done(item, { started: item }));
  ledger.add(messages.dead(7, 'dead'));
  const [complete] = runsOf([filled, ended(worker, 'Complete')]);
  const state = stateOf({ jobs: complete, pods: [] });
  expect(state.verdict).toBe('Complete: 7 of 8 items done, 1 tolerated as dead letters');
  expect([state.itemsPerSecond, state.timeLeft]).toEqual([undefined, undefined]);
  const [failed] = runsOf([filled, ended(worker, 'Failed')]);
  expect(stateOf({ jobs: failed, failure: 'too many dead letters' }).verdict).toBe('Failed: too many dead letters');
});

test('on a broker without streams the numbers are the lengths of the queues', () => {
  const reading = { kind: 'queues', waiting: 3, dead: 1, note: 'no streams' } as const;
  const { items, countedBy, note } = stateOf({ reading });
  expect(items).toEqual({ total: 8, done: 2, dead: 1, atWork: 2, waiting: 3 });
  expect([countedBy, note]).toEqual(['queues', 'no streams']);
});

test('without the broker nothing but the total is known', () => {
  const { items, countedBy, note } = stateOf({ reading: { kind: 'none', note: 'not ready' } });
  expect([items, countedBy, note]).toEqual([{ total: 8 }, 'none', 'not ready']);
});

test('without the events it is not known what is at work', () => {
  ledger.add(messages.done(0));
  expect(stateOf({ events: undefined }).items).toEqual({ total: 8, done: 1, dead: 0 });
});

test('queues that were deleted are told from queues that do not exist yet', () => {
  const reading = { kind: 'missing' } as const;
  expect(stateOf({ reading, jobs: runsOf([seeder, worker])[0] }).note).toContain('has not declared the queues yet');
  expect(stateOf({ reading }).note).toContain('were deleted');
});

test('a state is plain data', () => {
  ledger.add(messages.done(0));
  events.add(messages.started(1));
  const state = stateOf({ queues: ['a'] });
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
});
