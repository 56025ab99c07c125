import { check } from './support/checker';

const MODEL = 'worker.pml';

describe('courier, shim and runner', () => {
  test.each([
    ['SIGTERM and SIGKILL cross ends', ['DEATHS=0', 'NO_KUBELET']],
    ['the kubelet ends the pod', ['DEATHS=0']],
    ['the runner dies', ['DEATHS=1', 'NO_KUBELET']],
    ['the courier dies', ['DEATHS=0', 'COURIER_DIES']],
  ])('agree on what has ended, if %s', async (_, definitions) => {
    expect(await check(MODEL, definitions)).toMatchObject({ violated: undefined });
  });

  test.each([
    ['the courier takes any end for its own', 'end_is_true', ['NO_NUMBER']],
    ['a runner that was killed gets the next run', 'signal_is_meant', ['NO_DYING', 'DEATHS=0']],
    ['the runner does not look for an earlier SIGTERM', 'term_is_heard', ['NO_STOP_FILE', 'DEATHS=0']],
    ['the shim does not look what a dead runner has left', 'failed_means_ran', ['NO_LEFTOVER']],
    [
      'the worker is told to end before its item is settled',
      'success_means_settled',
      ['QUIT_BEFORE', 'COURIER_DIES', 'DEATHS=0'],
    ],
  ])('do not, where %s: %s', async (_, property, definitions) => {
    const verdict = await check(MODEL, [...definitions, 'NO_KUBELET', `ONLY=${property}`]);
    expect(verdict).toMatchObject({ violated: property });
  });
});
