import { check } from './support/checker';

describe('the seeder', () => {
  test('fills the queue once, and leaves it alone when the mark is there, whoever is killed at any step', async () => {
    expect(await check('seeder.pml', [])).toMatchObject({ violated: undefined });
  });

  test.each([
    ['without the lock', 'NO_LOCK', 'filled_once'],
    ['without the lock', 'NO_LOCK', 'no_purge_after_mark'],
    ['without the wait before it reads the mark', 'NO_WAIT', 'no_purge_after_mark'],
  ])('does not so %s (%s): %s', async (_, definition, property) => {
    expect(await check('seeder.pml', [definition, `ONLY=${property}`])).toMatchObject({ violated: property });
  });
});
