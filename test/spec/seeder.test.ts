import { check } from './support/checker';

const MODEL = 'seeder.pml';

describe('the seeder that fills what has no record', () => {
  test.each([
    ['whoever is killed', ['KILLS=2']],
    ['whoever is killed, with two pods', ['KILLS=1', 'PODS=2']],
    ['if the mark is lost while a pod works', ['KILLS=2', 'LOSSES=1']],
    ['if the mark is lost while two pods work', ['KILLS=0', 'LOSSES=1', 'PODS=2']],
    [
      'if the mark is lost, and a pod begins or requeues while the seeder works',
      ['KILLS=1', 'LOSSES=1', 'REQUEUES=1', 'SLOW_PURGE', 'ONLY=safe'],
    ],
    ['if the volume is lost while a pod works', ['KILLS=1', 'VOLUMES=1']],
    ['while pods without a courier read the mark', ['KILLS=1', 'READS=2']],
  ])('loses and repeats nothing, %s', async (_, definitions) => {
    expect(await check(MODEL, definitions)).toMatchObject({ violated: undefined });
  });

  test.each([
    ['whoever is killed', ['KILLS=2']],
    ['if the mark is lost while a pod works', ['KILLS=1', 'LOSSES=1']],
    ['while pods without a courier read the mark', ['KILLS=1', 'READS=2']],
  ])('ends, %s', async (_, definitions) => {
    expect(await check(MODEL, [...definitions, 'LIVENESS'])).toMatchObject({ violated: undefined });
  });

  test.each([
    ['without the lock', 'filled_once', ['NO_LOCK']],
    ['without the lock', 'no_purge_after_mark', ['NO_LOCK']],
    ['without the wait before it reads the mark', 'no_purge_after_mark', ['NO_WAIT']],
    ['if it takes a mark that a pod reads for none', 'no_purge_after_mark', ['NO_TURN', 'READS=1']],
    ['if it reads the mark without the lock', 'no_purge_after_mark', ['GET_WITHOUT_LOCK']],
    ['if it looks for the related queues before the work queue', 'no_false_refusal', ['MARK_FIRST']],
    ['if it declares the ledger after the work queue', 'no_false_refusal', ['LEDGER_LAST']],
    ['if it fills what has a record', 'no_item_twice', ['FILL_ALL', 'LOSSES=1']],
    ['if it purges a queue that has consumers', 'no_purge_of_taken', ['NO_CONSUMERS', 'LOSSES=1']],
    ['if a pod begins between its look and its purge', 'no_purge_of_taken', ['SLOW_PURGE', 'LOSSES=1']],
    ['if successes of an earlier volume complete the Job', 'complete_means_settled', ['COUNT_ALL', 'VOLUMES=1']],
  ])('fails %s: %s', async (_, property, definitions) => {
    const verdict = await check(MODEL, [...definitions, 'KILLS=1', `ONLY=${property}`]);
    expect(verdict).toMatchObject({ violated: property });
  });
});
