import { ExitCode } from '../../../lib/contract/exit-codes';
import type { Facts } from '../../chaos/oracle';
import { Summary } from '../../chaos/summary';

const JOB: Facts = {
  name: 'a job',
  isPool: false,
  items: ['1', '2', '3'],
  maxAttempts: 1,
  toleratedDeadLetters: 0,
  outcome: 'Complete',
  unfinished: '',
  started: ['1', '2', '3', '3'],
  done: ['1', '2', '3', '3'],
  faults: { perItem: new Map(), perPod: new Map() },
  losses: new Set(),
  records: { done: [0, 1, 2, 2], dead: [] },
  dead: [],
  left: [],
};

test('the summary of the fault bench tells Jobs from pools, and why they have failed', () => {
  const summary = new Summary();
  const failed = { ...JOB, outcome: 'Failed: PodFailurePolicy' };
  summary.job(JOB);
  summary.job({ ...JOB, isPool: true });
  summary.job({ ...failed, exitCode: ExitCode.TOO_MANY_DEAD_LETTERS });
  summary.job({ ...failed, exitCode: ExitCode.ITEMS_LOST, losses: new Set(['items']), done: ['1'] });
  summary.job({ ...JOB, outcome: 'Failed: BackoffLimitExceeded', losses: new Set(['queue']), records: undefined });
  summary.job({ ...JOB, outcome: undefined, done: ['1', '2'] });
  summary.fault('pool resized');

  const lines = summary.toString().split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '| pool resized | 1 |',
      '| Jobs | 5 |',
      '| pools | 1 |',
      '| of both, Complete | 2 |',
      '| Failed for dead letters | 1 |',
      '| Failed for lost items | 1 |',
      '| Failed because a queue was deleted | 1 |',
      '| hung | 1 |',
      '| met a fault that loses messages | 2 |',
      '| lost, and the Job Failed for that | 2 |',
      '| lost otherwise | 1 |',
      '| done more than once | 4 |',
      '| records | 20 |',
    ]),
  );
});
