import { EndedJob } from '../../../tools/cluster/namespace';

function ended(type: string, reason: string, message: string): EndedJob {
  const conditions = [
    { type: 'FailureTarget', status: 'True', reason: 'other', message: 'failed with exit code 1' },
    { type, status: 'True', reason, message },
  ];
  return new EndedJob({ status: { conditions } });
}

test('the exit code for which a Job has failed at once is in the message of its condition', () => {
  const message =
    'Container courier for pod ns/test-eat-0-abcde failed with exit code 21 matching FailJob rule at index 0';
  const { outcome, exitCode } = ended('Failed', 'PodFailurePolicy', message);
  expect([outcome, exitCode]).toEqual(['Failed: PodFailurePolicy', 21]);
});

test.each([
  ['Complete', 'CompletionsReached', 'Reached expected number of succeeded pods'],
  ['Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'],
])('a Job that is %s for another reason names no exit code', (type, reason, message) => {
  expect(ended(type, reason, message).exitCode).toBeUndefined();
});

test('a Job that runs has neither outcome nor exit code', () => {
  const { outcome, exitCode } = new EndedJob({ status: {} });
  expect([outcome, exitCode]).toEqual([undefined, undefined]);
});
