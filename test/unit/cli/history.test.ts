import { attemptsOf } from '../../../cli/report/attempts';
import { reportHtml } from '../../../cli/report/report-html';
import { beforeRetries, courseOf } from '../../../cli/report/run-course';
import { assembleHistory, type HistoryReading } from '../../../cli/run-state/assemble-history';
import { runsOf } from '../../../cli/run-state/run-jobs';
import {
  type DeadEntry,
  type DoneEntry,
  type ItemEvent,
  itemEvent,
  ledgerEntry,
  retriedEntry,
} from '../../../cli/run-state/stream-entries';
import { appliedJobs, CREATED, courierEnded, ended, podOf } from '../../support/cluster-objects';
import { BEGAN, StreamMessages, time } from '../../support/stream-messages';

const { seeder, worker } = appliedJobs();
const [run] = runsOf([ended(seeder, 'Complete'), worker]);
const messages = new StreamMessages(run);

type Messages = ReturnType<StreamMessages['done']>[];

/** What the messages of ledger and events say. */
function read(told: Messages): Pick<HistoryReading, 'records' | 'retried' | 'events'> {
  const entries = (messages: Messages) => messages.map((message) => ledgerEntry(run, message));
  return {
    records: entries(told).filter((entry): entry is DoneEntry | DeadEntry => entry !== undefined),
    retried: told.flatMap((message) => retriedEntry(run, message) ?? []),
    events: told.map((message) => itemEvent(run, message)).filter((event): event is ItemEvent => event !== undefined),
  };
}

function historyOf(told: Messages, given: Partial<HistoryReading> = {}) {
  const now = new Date(BEGAN + 100_000);
  return assembleHistory({ run, state: { phase: 'Running' }, ...read(told), pods: [], now, ...given });
}

test('the history has records and events with their times', () => {
  const { records, events } = historyOf([
    messages.started(0, { at: 1 }),
    messages.failed(0, { at: 2 }),
    messages.requeued(1, { at: 3 }),
    messages.done(0, { attempt: 2, started: 3, seconds: 4 }),
  ]);
  expect(records).toEqual([
    { kind: 'done', number: 0, attempt: 2, pod: 'pod-0', node: 'node-1', started: time(3), seconds: 4 },
  ]);
  const where = { pod: 'pod-0', node: 'node-1' };
  expect(events).toEqual([
    { kind: 'started', number: 0, attempt: 1, time: time(1), ...where },
    { kind: 'failed', number: 0, attempt: 1, time: time(2), ...where, reason: 'exit 3', seconds: 1, exitCode: 3 },
    { kind: 'requeued', number: 1, attempts: 0, interruptions: 1, time: time(3), ...where, reason: 'terminated' },
  ]);
});

test('a dead letter has the attempt, the exit code and the standard error of its last failure', () => {
  const history = historyOf([
    messages.failed(5, { at: 2, stderr: 'no ladder' }),
    messages.failed(5, { at: 4, attempt: 3, stderr: 'first\nno grapes\u202e' }),
    messages.dead(5, '"grape" (exit 3)'),
  ]);
  const [letter] = history.records;
  expect(letter).toMatchObject({ kind: 'dead', description: '"grape" (exit 3)', attempts: 3, exitCode: 3 });
  expect(attemptsOf(history).map(({ stderr }) => stderr)).toEqual(['no ladder', 'first\nno grapes\u202e']);
  const page = reportHtml(history);
  expect(page).toMatch(/<pre[^>]*>[^\n]{0,40}first\nno grapes/);
  expect(page).toContain('no ladder');
  expect(page).not.toContain('\u202e');
});

describe('after a retry, the report', () => {
  const FIRST = [
    messages.done(0),
    messages.failed(1, { at: 3 }),
    messages.dead(1, '"banana" (exit 3)'),
    messages.failed(2, { at: 5 }),
    messages.dead(2, '"cherry" (exit 3)'),
  ];
  const RETRY = [messages.retried(1, { at: 100 }), messages.retried(2, { at: 101 })];
  const AGAIN = [
    messages.started(1, { at: 110, pod: 'pod-r1' }),
    messages.done(1, { started: 110, pod: 'pod-r1' }),
    messages.failed(2, { at: 115 }),
    messages.dead(2, '"cherry" (exit 3)', 1),
  ];
  const courseAfter = (...told: Messages) => courseOf(historyOf(told, { now: new Date(BEGAN + 200_000) }));

  test('counts items that wait for their turn again as open', () => {
    const { dead, done, disturbances, attempts } = courseAfter(...FIRST, ...RETRY);
    expect([done, dead]).toEqual([1, []]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['done', 'failed', 'failed']);
    expect(disturbances).toMatchObject([{ kind: 'retry', text: 'retry 1: 2 items back in the queue' }]);
  });

  test('shows an item that runs again as at work', () => {
    const { attempts } = courseAfter(...FIRST, ...RETRY, AGAIN[0]);
    expect(attempts.at(-1)).toMatchObject({ number: 1, pod: 'pod-r1', outcome: 'running' });
  });

  test('counts an item that died again once, and says why nothing was at work for a while', () => {
    const course = courseAfter(...FIRST, ...RETRY, ...AGAIN);
    expect([course.done, course.dead.map(({ number }) => number)]).toEqual([2, [2]]);
    const last = course.attempts.filter(({ number }) => number === 2);
    expect(last.map(({ outcome }) => outcome)).toEqual(['failed', 'dead']);
    expect(course.disturbances.map(({ text }) => text)).toEqual([
      'no item was at work, until items were retried',
      'retry 1: 2 items back in the queue',
    ]);
    const page = reportHtml(course.history);
    expect(page).toContain('1 (2 items)');
    expect(page).toContain('Attempts after a retry do not count.');
  });

  test('computes its advice for the Job that was applied, from what came before', () => {
    const labels = { ...worker.metadata.labels, 'cdk8s-work-queue/retry': '1' };
    const metadata = { ...worker.metadata, name: `${worker.metadata.name}-r1`, labels, creationTimestamp: time(100) };
    const first = ended({ ...worker, spec: { ...worker.spec, parallelism: 4 } }, 'Failed');
    const [retried] = runsOf([ended(seeder, 'Complete'), first, { ...worker, metadata }]);
    const history = historyOf([...FIRST, ...RETRY, ...AGAIN], { run: retried, now: new Date(BEGAN + 200_000) });
    expect(history.parallelism).toBe(4);
    const course = beforeRetries(courseOf(history));
    expect([course.attempts.length, course.makespan]).toEqual([3, 5000]);
  });
});

test('the history of a run that goes on is that of its Job', () => {
  expect(historyOf([])).toMatchObject({
    ...{ name: run.run, items: 8, parallelism: 1, itemsPerPod: 1, verdict: 'Running', until: time(100) },
    ...{ records: [], events: [], pods: [] },
  });
});

test('the verdict of a run that is over is in the history', () => {
  const verdict = 'Complete: 8 of 8 items done';
  expect(historyOf([], { state: { phase: 'Complete', verdict } }).verdict).toBe(verdict);
});

test('the history has the lives of the worker pods, and not of others', () => {
  const pods = [
    podOf(worker, { name: 'at-work' }),
    podOf(worker, { name: 'failed', phase: 'Failed', status: courierEnded(137, 'killed') }),
    podOf(worker, { name: 'done', phase: 'Succeeded', status: courierEnded(0, '') }),
    podOf(worker, {
      ...{ name: 'evicted', phase: 'Failed' },
      status: { reason: 'Evicted', conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: time(70) }] },
    }),
    podOf(seeder, { name: 'seeder' }),
  ];
  const finished = '2026-11-28T10:04:00.000Z';
  expect(historyOf([], { pods }).pods).toEqual([
    { name: 'at-work', created: CREATED },
    { name: 'failed', created: CREATED, finished, end: 'courier 137' },
    { name: 'done', created: CREATED, finished },
    { name: 'evicted', created: CREATED, finished: time(70), end: 'Evicted' },
  ]);
});

test('an attempt of an evicted pod ends with the pod in the report', () => {
  const pods = [podOf(worker, { name: 'pod-0', phase: 'Failed', status: courierEnded(137, 'killed') })];
  const history = historyOf([messages.started(0, { at: 1 })], { pods, now: new Date(BEGAN + 1_000_000) });
  expect(attemptsOf(history)).toMatchObject([{ number: 0, outcome: 'interrupted', reason: 'courier 137' }]);
  expect(reportHtml(history)).toContain(run.run);
});

test('a run without a worker Job has no report', () => {
  const [alone] = runsOf([ended(seeder, 'Complete')]);
  expect(() => historyOf([], { run: alone })).toThrow('has no worker Job, so nothing has happened in it');
});
