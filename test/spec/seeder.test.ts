import { check } from './support/checker';

describe('the seeder', () => {
  test.each([
    ['whoever is killed at any step', ['KILLS=3', 'ONLY=safe']],
    ['and never refuses to, whoever is killed', ['KILLS=1']],
    ['and never again when the mark is lost, whoever is killed', ['KILLS=2', 'LOSSES=1', 'ONLY=safe']],
    ['and refuses only when the mark is lost', ['KILLS=1', 'LOSSES=1']],
    ['and never again when the volume is lost after a success', ['KILLS=1', 'VOLUMES=1']],
    [
      'and never again when the volume is lost after a success, whoever is killed',
      ['KILLS=2', 'VOLUMES=1', 'ONLY=safe'],
    ],
    ['and never again when the mark and then the volume are lost', ['KILLS=0', 'LOSSES=1', 'VOLUMES=1', 'ONLY=safe']],
  ])('fills the queue once, %s', async (_, definitions) => {
    expect(await check('seeder.pml', definitions)).toMatchObject({ violated: undefined });
  });

  test.each([
    ['without the lock', 'filled_once', ['NO_LOCK']],
    ['without the lock', 'no_purge_after_mark', ['NO_LOCK']],
    ['without the wait before it reads the mark', 'no_purge_after_mark', ['NO_WAIT']],
    ['if it reads the mark without the lock', 'no_purge_after_mark', ['GET_WITHOUT_LOCK']],
    ["if it looks for the mark's queue before the work queue", 'no_false_refusal', ['MARK_FIRST']],
    ['if it purges a queue that has consumers', 'no_purge_of_taken', ['NO_CONSUMERS', 'LOSSES=1']],
    ['if it purges a queue without a look at its first items', 'no_purge_of_taken', ['NO_READ', 'LOSSES=1']],
    ['if it does not see that the last items are missing', 'no_purge_of_taken', ['NO_CUT', 'LOSSES=1']],
    ['if it does not ask for successes', 'no_mark_after_success', ['NO_QUESTION', 'VOLUMES=1', 'KILLS=0']],
    ['if it asks only once', 'no_mark_after_success', ['ONE_QUESTION', 'LOSSES=1', 'KILLS=0']],
    ['if it asks before it has read the mark', 'no_false_refusal', ['EARLY_QUESTION', 'KILLS=0']],
    ['if a success is counted late', 'no_mark_after_success', ['SLOW_COUNT', 'VOLUMES=1', 'KILLS=0']],
  ])('does not so %s: %s', async (_, property, definitions) => {
    expect(await check('seeder.pml', [...definitions, `ONLY=${property}`])).toMatchObject({ violated: property });
  });

  test('refuses without need after two deaths: the first left only one item, the second looked at it', async () => {
    const verdict = await check('seeder.pml', ['KILLS=2', 'ONLY=no_false_refusal']);
    expect(verdict).toMatchObject({ violated: 'no_false_refusal' });
  });
});
