import { check } from './support/checker';

type Case = [string, string[]];
type BrokenCase = [string, string, string[]];

const MODEL = 'retry.pml';

test.each<Case>([
  ['if a command is killed at any step', []],
  ['if a command is killed twice', ['KILLS=2', 'COMMANDS=1']],
  ['for items that wait in the queue of a Job that has failed', ['WAITING', 'KILLS=2']],
  ['if a pod is killed as well', ['CRASHES=1', 'COMMANDS=1']],
  ['if a retry is retried', ['RETRIES=2', 'COMMANDS=2']],
])('dead letters are retried, %s', async (_, definitions) => {
  expect(await check(MODEL, definitions)).toMatchObject({ violated: undefined });
});

describe('a broken step shows', () => {
  test.each<BrokenCase>([
    ['commands work without the lock', 'ran_once', ['NO_LOCK']],
    ['a message is published without a look at the queue', 'ran_once', ['NO_CHECK']],
    ['a dead letter is acked before its message is confirmed', 'nothing_lost', ['ACK_FIRST']],
    ['the settled mark is not removed', 'verdict_is_true', ['KEEP_MARK']],
    ['the settled mark is removed last', 'verdict_is_true', ['MARK_LAST']],
    ['the Job is created before the messages are published', 'nothing_lost', ['JOB_FIRST']],
    ['a message goes back without its generation', 'nothing_lost', ['OLD_GENERATION']],
    ['the record of a dead letter has no generation', 'nothing_lost', ['UNNUMBERED_RECORD']],
    ['a reader stops when each item has a record', 'verdict_is_true', ['STOPS_EARLY']],
    ['each command gives its Job another name', 'one_job', ['NEW_NAME']],
    ['an item is recorded as retried after its message', 'ran_once', ['LATE_RECORD']],
    ['no record says that the Job may exist', 'nothing_lost', ['NO_INTENT', 'KILLS=2']],
  ])('where %s: %s', async (_, property, definitions) => {
    expect(await check(MODEL, definitions)).toMatchObject({ violated: property });
  });
});
