import { check } from './support/checker';

type Case = [string, string[]];
type BrokenCase = [string, string, string[]];

const MODEL = 'run.pml';

describe('the protocol holds', () => {
  test.each<Case>([
    ['with a crash at any step', []],
    ['with a requeue', ['COPIES=1', 'TROUBLES=0']],
    ['with two items a pod, and a requeue', ['ITEMS=3', 'PER_POD=2', 'TROUBLES=0', 'COPIES=1']],
    ['where a dead letter is tolerated', ['TOLERATED=1']],
    ['for a pool, with a crash', ['POOL']],
    ['for a pool, with a requeue', ['POOL', 'COPIES=1', 'TROUBLES=0']],
    ['if the broker loses messages, records, the mark or a queue', ['LOSSES=1', 'TROUBLES=0']],
    ["if any part of the broker's volume is replaced by an older copy", ['RESTORES=1', 'TROUBLES=0']],
    ['if the broker dead-letters an item itself, and another client holds dead letters', ['DROPS=1', 'LETTERS_HELD']],
    ['if an item was once on its way for longer than a claim takes', ['OVERRUNS=1']],
    ['and is safe if items are on their way for as long as they like', ['OVERRUNS=200', 'ONLY=safe']],
    [
      'and is safe over a broker without streams that forgets what it has delivered',
      ['FORGETS_DELIVERIES', 'NO_ASK', 'ANY_ORDER', 'ONLY=safe'],
    ],
    ['and leaves one verdict over a stream, even without the lock', ['NO_MARK_LOCK', 'ONLY=one_verdict']],
    ['and leaves one verdict if a dead reader hides the mark', ['MARK_MAY_BE_AWAY', 'ONLY=one_verdict']],
    ['and no item runs that has a record', ['ONLY=no_run_after_record']],
    ['and no item counts twice', ['ONLY=counted_once']],
  ])('%s', async (_, definitions) => {
    expect(await check(MODEL, definitions)).toMatchObject({ violated: undefined });
  });

  test.each<Case>([
    ['after a crash at any step', []],
    ['after a requeue', ['COPIES=1', 'TROUBLES=0']],
    ['after a loss', ['LOSSES=1', 'TROUBLES=0']],
    ['where one failed pod is one too many', ['BACKOFF=0']],
    ['if items are on their way for as long as they like', ['OVERRUNS=200', 'TROUBLES=0', 'ONLY=safe']],
    ['as a pool', ['POOL']],
  ])('and the Job ends, %s', async (_, definitions) => {
    expect(await check(MODEL, [...definitions, 'LIVENESS'])).toMatchObject({ violated: undefined });
  });
});

describe('a broken step shows', () => {
  test.each<BrokenCase>([
    ['an item is acked before its record is confirmed', 'no_false_loss', ['EARLY_ACK']],
    ['an item counts before its program has ended', 'counted_means_done', ['EARLY_COUNT', 'TROUBLES=0']],
    ['the record of a dead item comes before its dead letter', 'record_is_true', ['RECORD_FIRST', 'TROUBLES=0']],
    ['the mark is left without the lock', 'one_verdict', ['NO_MARK_LOCK', 'ANY_ORDER']],
    [
      'the mark is sent over another connection than the lock',
      'one_verdict',
      ['MARK_ELSEWHERE', 'ANY_ORDER', 'TROUBLES=2'],
    ],
    ['records are counted', 'complete_means_settled', ['COUNT_RECORDS']],
    ['a part of the ledger is taken for all of it', 'complete_means_settled', ['PART_OF_LEDGER']],
    ['the ledger is not asked for redelivered items', 'no_run_after_record', ['NO_ASK']],
    ["the broker's own dead letters get no record", 'no_false_loss', ['NO_RECONCILE', 'DROPS=1', 'TROUBLES=0']],
    ['items are called lost after one look', 'no_false_loss', ['HASTY_CLAIM']],
    ['the first claim decides', 'no_false_loss', ['ONE_CLAIM', 'OVERRUNS=1']],
    [
      'items are called lost while another client holds dead letters',
      'no_false_loss',
      ['LETTERS_UNSEEN', 'LETTERS_HELD', 'DROPS=1', 'TROUBLES=0'],
    ],
    [
      'every pod may end by its count, and an older copy of the volume brings items back as first deliveries',
      'complete_means_settled',
      ['EVERY_INDEX_COUNTS', 'RESTORES=1', 'TROUBLES=0'],
    ],
    ['copies of requeued items count', 'counted_once', ['COUNT_COPIES', 'COPIES=2', 'TROUBLES=0']],
    ['items that were delivered before count', 'counted_once', ['COUNT_REDELIVERED', 'NO_ASK']],
    ['a pod looks for the mark only when it finds no item', 'no_pod_in_vain', ['MARK_LAST']],
  ])('where %s: %s', async (_, property, definitions) => {
    expect(await check(MODEL, [...definitions, `ONLY=${property}`])).toMatchObject({ violated: property });
  });
});

describe('the protocol has limits', () => {
  test.each<BrokenCase>([
    [
      'an item that is done, but whose pod dies before the record, may fail when it runs again',
      'failed_means_undone',
      [],
    ],
    ['two claims are wrong if items are on their way for longer than both', 'no_false_loss', ['OVERRUNS=2']],
    [
      'a broker that forgets what it has delivered may make an item count twice',
      'counted_once',
      ['FORGETS_DELIVERIES'],
    ],
    ['a pod may take an item while a dead reader hides the mark', 'no_pod_in_vain', ['MARK_MAY_BE_AWAY']],
    ['an older copy may make an item count twice', 'counted_once', ['RESTORES=1', 'TROUBLES=0']],
  ])('%s: %s', async (_, property, definitions) => {
    expect(await check(MODEL, [...definitions, `ONLY=${property}`])).toMatchObject({ violated: property });
  });
});
