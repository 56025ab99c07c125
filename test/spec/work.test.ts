import { check } from './support/checker';

type Case = [string, string[]];
type BrokenCase = [string, string, string[]];

describe('the protocol holds', () => {
  test.each<Case>([
    ['with a crash at any step', []],
    ['with two crashes', ['TROUBLES=2']],
    ['with a hand-over and a crash', ['COPIES=1']],
    ['with three items', ['ITEMS=3']],
    ['with two items a pod, and a last pod that has only one', ['ITEMS=3', 'PER_POD=2', 'TROUBLES=0', 'COPIES=1']],
    ['where a dead letter is tolerated', ['TOLERATED=1']],
    ['over a broker that forgets at a crash what it has delivered', ['FORGETS_DELIVERIES']],
    ['over such a broker, with a hand-over', ['FORGETS_DELIVERIES', 'COPIES=1']],
    [
      'over a broker that serves its consumers in any order, where these outlast a probe',
      ['ANY_CONSUMER', 'LONG_LISTEN', 'TROUBLES=0'],
    ],
  ])('%s', async (_, definitions) => {
    expect(await check('work.pml', definitions)).toMatchObject({ violated: undefined });
  });

  test.each<Case>([
    ['after a crash at any step', []],
    ['after a hand-over', ['COPIES=1', 'TROUBLES=0']],
    ['with two items a pod', ['PER_POD=2']],
    ['where one failed pod is one too many', ['BACKOFF=0']],
  ])('and the Job ends, %s', async (_, definitions) => {
    expect(await check('work.pml', [...definitions, 'LIVENESS'])).toMatchObject({ violated: undefined });
  });
});

describe('a broken step shows', () => {
  test.each<BrokenCase>([
    ['an item that was delivered before counts', 'complete_means_settled', ['COUNT_REDELIVERED']],
    ['a queue with nothing ready and no consumer is settled', 'complete_means_settled', ['PLAIN_LOOK', 'TROUBLES=0']],
    ['the probe has no fence', 'complete_means_settled', ['NO_FENCE', 'TROUBLES=0']],
    ['the ack comes before the cancel', 'complete_means_settled', ['ACK_FIRST', 'TROUBLES=0']],
    [
      'an undone item is held without a consumer',
      'failed_means_dead_letters',
      ['CANCEL_HELD', 'COPIES=1', 'TROUBLES=0'],
    ],
    ['an item counts before the broker has answered', 'counted_once', ['COUNT_BEFORE_ANSWER', 'FORGETS_DELIVERIES']],
    ['dead letters are counted without a lock', 'complete_means_tolerated', ['NO_LOCK', 'TOLERATED=1', 'TROUBLES=0']],
    ['dead letters are read once', 'complete_means_tolerated', ['ONE_READ']],
    [
      'a copy that is handed over counts, over a broker that forgets deliveries',
      'complete_means_settled',
      ['COPIES_MAY_COUNT', 'FORGETS_DELIVERIES', 'COPIES=1'],
    ],
    [
      'the last look of a probe is at what is ready only, over a broker that serves its consumers in any order',
      'failed_means_dead_letters',
      ['LOOK_AFTER_AT_READY_ONLY', 'ANY_CONSUMER', 'LONG_LISTEN', 'TROUBLES=0'],
    ],
  ])('where %s: %s', async (_, property, definitions) => {
    const verdict = await check('work.pml', [...definitions, `ONLY=${property}`]);
    expect(verdict).toMatchObject({ violated: property });
  });

  test('where nobody sees that all is settled: always_ends', async () => {
    const verdict = await check('work.pml', ['NO_SIGHT', 'TROUBLES=0', 'LIVENESS']);
    expect(verdict).toMatchObject({ violated: 'always_ends' });
  });
});

describe('the protocol as it is has limits', () => {
  test('an item may be done after its dead letter was written, and the Job fails: failed_means_undone', async () => {
    expect(await check('work.pml', ['ONLY=failed_means_undone'])).toMatchObject({ violated: 'failed_means_undone' });
  });

  test.each<BrokenCase>([
    ['returns an item later than a probe lasts', 'complete_means_settled', ['SLOW_RETURN', 'TROUBLES=0']],
    ['serves its consumers in any order', 'failed_means_dead_letters', ['ANY_CONSUMER', 'TROUBLES=0']],
  ])('over a broker that %s: %s', async (_, property, definitions) => {
    const verdict = await check('work.pml', [...definitions, `ONLY=${property}`]);
    expect(verdict).toMatchObject({ violated: property });
  });
});
