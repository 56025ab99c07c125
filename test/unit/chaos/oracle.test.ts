import { ExitCode } from '../../../lib/contract/exit-codes';
import { EventKind } from '../../../lib/contract/message-headers';
import { breaches, breachesWithoutFaults, type DeadLetter, endOf, type Facts, repeats } from '../../chaos/oracle';

const KEPT: Facts = {
  name: 'a job',
  isPool: false,
  items: ['1', '2', '3'],
  maxAttempts: 2,
  toleratedDeadLetters: 0,
  outcome: 'Complete',
  unfinished: '',
  started: ['1', '2', '3', '2'],
  done: ['1', '3', '2'],
  faults: { perItem: new Map([['3', 2]]), perPod: new Map() },
  losses: new Set(),
  records: { done: [0, 1, 2], dead: [] },
  dead: [],
  left: [],
};

/** The last item. */
const FAILED: DeadLetter = { item: '3', attempts: 2, reason: 'exit 3' };

const EXPIRED: DeadLetter = { item: '3', reasonOfBroker: 'expired' };

/** The last item is a dead letter. */
const DEAD: Partial<Facts> = { done: ['1', '2'], dead: [FAILED], records: { done: [0, 1], dead: [2] } };

const FAILED_FOR_DEAD = { outcome: 'Failed: PodFailurePolicy', exitCode: ExitCode.TOO_MANY_DEAD_LETTERS };
const FAILED_FOR_LOST = { outcome: 'Failed: PodFailurePolicy', exitCode: ExitCode.ITEMS_LOST };
const GAVE_UP = { outcome: 'Failed: BackoffLimitExceeded' };

/** The last item is nowhere. */
const LOST: Partial<Facts> = { done: ['1', '2'], records: { done: [0, 1], dead: [] } };

describe('the oracle of the fault bench', () => {
  test.each<[string, Partial<Facts>]>([
    ['Complete, and every item done', {}],
    ['Complete, with as many dead letters as are tolerated', { ...DEAD, toleratedDeadLetters: 1 }],
    ['Failed, with more', { ...DEAD, ...FAILED_FOR_DEAD }],
    ['an item that is a dead letter, and then done', { dead: [FAILED] }],
    [
      'an item that is recorded as dead, and later as done',
      { ...FAILED_FOR_DEAD, dead: [FAILED], records: { done: [0, 1, 2], dead: [2] } },
    ],
    [
      'two dead letters and two records of one item',
      { ...DEAD, dead: [FAILED, FAILED], records: { done: [0, 1], dead: [2, 2] }, toleratedDeadLetters: 1 },
    ],
    ['an item that is left, and has a record', { left: ['2'] }],
    [
      'a dead letter that has expired, after a policy by which items do',
      { ...DEAD, dead: [EXPIRED], toleratedDeadLetters: 1, losses: new Set(['expired']) },
    ],
    [
      'Failed for lost items, after a fault that loses items',
      { ...LOST, ...FAILED_FOR_LOST, losses: new Set(['items']) },
    ],
    ['Failed, after a queue was deleted', { ...LOST, ...GAVE_UP, left: ['3'], losses: new Set(['queue']) }],
    [
      'Failed for lost items, after the work queue was deleted',
      { ...LOST, ...FAILED_FOR_LOST, losses: new Set(['queue', 'items']) },
    ],
    ['Complete, and the ledger was deleted after that', { losses: new Set(['queue', 'records']), records: undefined }],
    [
      'recorded as dead, and the dead letters were deleted',
      { ...DEAD, dead: [], toleratedDeadLetters: 1, losses: new Set(['queue', 'dead letters']) },
    ],
    [
      'Complete, and ledger and dead letters were deleted after that',
      { ...DEAD, dead: [], records: undefined, losses: new Set(['queue', 'records', 'dead letters']) },
    ],
    [
      'a dead letter of an item under which pods died',
      {
        dead: [
          {
            item: '2',
            attempts: 0,
            reason: 'interrupted 10 times: pods that had the item were terminated or died, or lost the broker',
          },
        ],
        toleratedDeadLetters: 1,
      },
    ],
    [
      'a dead letter of a pod that was hit before its last item began',
      {
        dead: [{ ...FAILED, pod: 'b' }],
        toleratedDeadLetters: 1,
        faults: { perItem: new Map([['3', 1]]), perPod: new Map([['b', 1]]) },
      },
    ],
    [
      'a dead letter whose first attempt was in a pod that was hit before the program began',
      {
        dead: [{ ...FAILED, pod: 'a' }],
        toleratedDeadLetters: 1,
        faults: { perItem: new Map([['3', 1]]), perPod: new Map([['b', 1]]) },
        events: [{ number: 2, kind: EventKind.FAILED, pod: 'b', line: 'failed' }],
      },
    ],
    ['an item that is done twice', { done: ['1', '2', '2', '3'] }],
  ])('is content: %s', (_, facts) => {
    expect(breaches({ ...KEPT, ...facts })).toEqual([]);
  });

  test.each<[string, Partial<Facts>, RegExp]>([
    ['a Job that has not ended', { outcome: undefined, unfinished: 'pod a' }, /hung: it has not ended: pod a$/],
    ['a failure for too many failed pods, without a deleted queue', GAVE_UP, /ended otherwise: Failed: Backoff/],
    [
      'a failure for too many failed pods, after another fault that loses items',
      { ...GAVE_UP, losses: new Set(['items', 'expired']) },
      /ended otherwise: Failed: Backoff/,
    ],
    ['a failure of indexes', { outcome: 'Failed: FailedIndexes' }, /ended otherwise: Failed: FailedIndexes$/],
    [
      'a failure for an exit code that is not of this package',
      { outcome: 'Failed: PodFailurePolicy', exitCode: 3 },
      /ended otherwise: Failed: PodFailurePolicy, exit code 3$/,
    ],
    ['a failure for lost items, without a fault that loses any', FAILED_FOR_LOST, /no fault has taken any/],
    [
      'a failure for lost items, after items of a quorum queue have expired',
      { ...FAILED_FOR_LOST, losses: new Set(['expired']) },
      /no fault has taken any/,
    ],
    [
      'an item that is lost, and the Job Complete',
      { done: ['1', '3'], records: undefined },
      /lost, and Complete: items 2/,
    ],
    [
      'an item that is lost, and the Job Complete, although a fault has taken items',
      { done: ['1', '3'], records: undefined, losses: new Set(['items', 'queue', 'records']) },
      /lost, and Complete: items 2/,
    ],
    [
      'an item that is lost, and the Job Failed for its dead letters',
      { ...FAILED_FOR_DEAD, done: ['1'], dead: [FAILED], records: undefined },
      /lost, and Failed: PodFailurePolicy: items 2/,
    ],
    ['Complete with too many dead letters', DEAD, /Complete with 1 dead letters, of which 0 are tolerated/],
    [
      'Complete with too many dead letters, and the ledger was deleted',
      { ...DEAD, records: undefined, losses: new Set(['queue', 'records']) },
      /Complete with 1 dead letters, of which 0 are tolerated/,
    ],
    [
      'Failed with as many dead letters as are tolerated',
      { ...DEAD, ...FAILED_FOR_DEAD, toleratedDeadLetters: 1 },
      /Failed with 1 dead letters, of which 1 are tolerated/,
    ],
    [
      'a record that says done, of a program that has never come to its end',
      { ...DEAD, records: { done: [0, 1, 2], dead: [] } },
      /recorded as done, and never at their end: items 3/,
    ],
    ['Complete without a record', { records: { done: [0, 1], dead: [] } }, /Complete without a record: items 3/],
    [
      'Complete without a record, although a fault has taken items',
      { records: { done: [0, 1], dead: [] }, losses: new Set(['items']) },
      /Complete without a record: items 3/,
    ],
    [
      'a record of an item that nobody gave it',
      { records: { done: [0, 1, 2, 3], dead: [] } },
      /nobody gave it: numbers 3/,
    ],
    [
      'a dead letter of an item that met too few faults',
      {
        ...DEAD,
        dead: [{ ...FAILED, pod: 'a' }],
        toleratedDeadLetters: 1,
        faults: { perItem: new Map([['3', 1]]), perPod: new Map([['b', 1]]) },
        history: () => ['start'],
        events: [
          { number: 1, kind: EventKind.FAILED, pod: 'b', line: 'of another item' },
          { number: 2, kind: EventKind.STARTED, pod: 'b', line: 'started' },
        ],
      },
      /without a cause: item 3, 2 of 2 attempts, 1 harmed: exit 3\n {4}start\n {4}started$/,
    ],
    [
      'a dead letter with attempts left',
      { dead: [{ ...FAILED, attempts: 1 }] },
      /without a cause: item 3, 1 of 2 attempts/,
    ],
    [
      'a dead letter that has expired, without a policy by which items do',
      { dead: [EXPIRED], losses: new Set(['items']) },
      /without a cause: item 3, undefined of 2.*: expired/,
    ],
    [
      'a dead letter by the broker for another reason',
      { dead: [{ ...FAILED, reason: undefined, reasonOfBroker: 'delivery_limit' }], losses: new Set(['expired']) },
      /without a cause: item 3, 2 of 2.*: delivery_limit/,
    ],
    ['an item that nobody gave it', { started: ['1', '2', '3', '4'] }, /nobody gave it: 4/],
    ['an end without a start', { started: ['1', '2'] }, /the journal is wrong: done and never started: 3/],
  ])('complains: %s', (_, facts, sentence) => {
    const found = breaches({ ...KEPT, ...facts });
    expect(found).toEqual([expect.stringMatching(sentence)]);
    expect(found[0]).toMatch(/^a job: /);
  });

  test('complains of a record that says dead, without a dead letter', () => {
    expect(breaches({ ...KEPT, ...DEAD, ...FAILED_FOR_DEAD, dead: [] })).toEqual([
      'a job: lost, and Failed: PodFailurePolicy: items 3',
      'a job: recorded as dead, without a dead letter: items 3',
    ]);
  });

  test('complains of an item that is left and has no record', () => {
    const found = breaches({ ...KEPT, left: ['2'], records: { done: [0, 2], dead: [] } });
    expect(found).toEqual([
      'a job: Complete with 1 items in the queue that are not settled',
      'a job: Complete without a record: items 2',
    ]);
  });

  test.each<[string, Partial<Facts>]>([
    ['an item is lost', LOST],
    ['an item is left', { ...LOST, left: ['3'] }],
    ['a dead letter has no record', { ...DEAD, ...LOST }],
  ])('complains whatever faults a Job has met, if it is Complete and %s', (_, facts) => {
    const losses: Facts['losses'] = new Set(['items', 'expired', 'dead letters', 'records', 'queue']);
    expect(breaches({ ...KEPT, ...facts, losses })).not.toEqual([]);
  });

  test('tells by the exit code why a Job has failed', () => {
    expect(endOf({ ...KEPT, ...FAILED_FOR_DEAD })).toBe('dead letters');
    expect(endOf({ ...KEPT, ...FAILED_FOR_LOST })).toBe('items lost');
    expect(endOf({ ...KEPT, outcome: 'Failed: PodFailurePolicy' })).toBe('otherwise');
  });

  test('without faults, complains where an item was run more than once, or never', () => {
    expect(breachesWithoutFaults({ ...KEPT, started: ['1', '2', '3'] })).toEqual([]);
    expect(breachesWithoutFaults(KEPT)).toEqual(['a job: run not once, without a fault: items 2']);
  });

  test('counts items that were begun and done more than once', () => {
    expect(repeats({ ...KEPT, started: ['1', '1', '1', '2', '3', '3'], done: ['1', '1', '2', '3'] })).toEqual({
      begun: 2,
      done: 1,
    });
  });
});
