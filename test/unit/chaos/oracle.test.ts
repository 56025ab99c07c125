import { breaches, breachesWithoutFaults, type DeadLetter, type Facts, repeats } from '../../chaos/oracle';

const KEPT: Facts = {
  name: 'a job',
  items: ['1', '2', '3'],
  maxAttempts: 2,
  toleratedDeadLetters: 0,
  outcome: 'Complete',
  unfinished: '',
  started: ['1', '2', '3', '2'],
  done: ['1', '3', '2'],
  faults: { perItem: new Map([['3', 2]]), perPod: new Map() },
  dead: [],
  left: 0,
};

const FAILED: DeadLetter = { item: '3', attempts: 2, reason: 'exit 3' };

describe('the oracle of the fault bench', () => {
  test.each<[string, Partial<Facts>]>([
    ['Complete, and every item done', {}],
    [
      'Complete, with as many dead letters as are tolerated',
      { done: ['1', '2'], dead: [FAILED], toleratedDeadLetters: 1 },
    ],
    ['Failed, with more', { outcome: 'Failed: PodFailurePolicy', done: ['1', '2'], dead: [FAILED] }],
    ['an item that is done and a dead letter', { outcome: 'Failed: PodFailurePolicy', dead: [FAILED] }],
    ['two dead letters of one item', { dead: [FAILED, FAILED], toleratedDeadLetters: 1 }],
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
    ['an item that is done twice', { done: ['1', '2', '2', '3'] }],
  ])('is content: %s', (_, facts) => {
    expect(breaches({ ...KEPT, ...facts })).toEqual([]);
  });

  test.each<[string, Partial<Facts>, RegExp]>([
    ['a Job that has not ended', { outcome: undefined, unfinished: 'pod a' }, /hung: it has not ended: pod a$/],
    [
      'one that ended for another reason',
      { outcome: 'Failed: BackoffLimitExceeded' },
      /ended otherwise: Failed: Backoff/,
    ],
    ['an item that is lost, and the Job Complete', { done: ['1', '3'] }, /lost, and Complete: items 2/],
    [
      'an item that is lost, and the Job Failed',
      { outcome: 'Failed: PodFailurePolicy', done: ['1'], dead: [FAILED] },
      /lost, and Failed: PodFailurePolicy: items 2/,
    ],
    [
      'Complete with too many dead letters',
      { dead: [FAILED] },
      /Complete with 1 dead letters, of which 0 are tolerated/,
    ],
    [
      'Failed with as many as are tolerated',
      { outcome: 'Failed: PodFailurePolicy', dead: [FAILED], toleratedDeadLetters: 1 },
      /Failed with 1 dead letters, of which 1 are tolerated/,
    ],
    ['a message that is left', { left: 1 }, /Complete with 1 messages in the queue/],
    [
      'a dead letter of an item that met too few faults',
      {
        dead: [{ ...FAILED, pod: 'a' }],
        toleratedDeadLetters: 1,
        faults: { perItem: new Map([['3', 1]]), perPod: new Map([['b', 1]]) },
      },
      /without a cause: item 3, 2 of 2 attempts, 1 harmed: exit 3/,
    ],
    [
      'a dead letter with attempts left',
      { dead: [{ ...FAILED, attempts: 1 }], toleratedDeadLetters: 1 },
      /without a cause: item 3, 1 of 2 attempts/,
    ],
    [
      'a dead letter by the broker',
      { dead: [{ item: '3' }], toleratedDeadLetters: 1 },
      /without a cause: item 3, undefined of 2/,
    ],
    ['an item that nobody gave it', { started: ['1', '2', '3', '4'] }, /nobody gave it: 4/],
    ['an end without a start', { started: ['1', '2'] }, /the ledger is wrong: done and never started: 3/],
  ])('complains: %s', (_, facts, sentence) => {
    const found = breaches({ ...KEPT, ...facts });
    expect(found).toEqual([expect.stringMatching(sentence)]);
    expect(found[0]).toMatch(/^a job: /);
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
