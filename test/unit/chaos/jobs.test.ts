import { CoarseWorkerJob, WorkerPool } from '../../../lib/index';
import { runOf } from '../../chaos/jobs';
import { type JobPlan, scheduleJob } from '../../chaos/schedule';

function planned(isPool: boolean): JobPlan {
  const plans = Array.from({ length: 50 }, (_, number) => scheduleJob(1, number, 45));
  const found = plans.find(({ workers }) => (workers !== undefined) === isPool);
  if (!found) throw new Error('not among 50');
  return found;
}

describe('a run of the fault bench', () => {
  test('has a Job with the numbers of the plan', () => {
    const plan = planned(false);
    const run = runOf('one', plan);
    expect(run.job).toBeInstanceOf(CoarseWorkerJob);
    const { parallelism, completions, template } = run.workerJob().spec;
    expect([parallelism, completions]).toEqual([plan.parallelism, Math.ceil(plan.items / plan.itemsPerPod)]);
    expect(template.spec.activeDeadlineSeconds).toBe(300);
  });

  test('has a pool with the workers of the plan, whose indexes may fail as often as they like', () => {
    const plan = planned(true);
    const run = runOf('one', plan);
    expect(run.job).toBeInstanceOf(WorkerPool);
    const { parallelism, completions, backoffLimitPerIndex, template } = run.workerJob().spec;
    expect([parallelism, completions]).toEqual([plan.workers, plan.workers]);
    expect(backoffLimitPerIndex).toBe(100_000);
    expect(template.spec.activeDeadlineSeconds).toBe(300);
  });
});
