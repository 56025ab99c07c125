import { visible } from '../../lib/programs/runtime/visible';
import type { Job } from '../kubernetes/objects';
import { jobSummary } from '../run-state/job-summary';
import { jobsOf, type RunJobs } from '../run-state/run-jobs';
import { CommandError } from '../system/command-error';

/** A run whose pods have all ended, and the worker Job that came last. Throws a `CommandError` if the run is still at work. */
export function requireInactive(run: RunJobs): Job {
  const { seeder, worker } = run;
  const active = jobsOf(run).find(isActive);
  if (active) {
    const { name, suspended } = jobSummary(active);
    const what = active === seeder ? 'The seeder' : 'A worker Job';
    const state = suspended ? 'is suspended, and has not ended' : 'has not ended';
    throw new CommandError(
      `${what} of run ${visible(run.run)} is still active: Job ${name} ${state}. ` +
        'Wait until it has, with `cdk8s-work-queue wait RUN`, and run the command again',
    );
  }
  if (worker) return worker;
  throw new CommandError(
    `Run ${visible(run.run)} has no worker Job to make a new one from: it was deleted, by a person or by ttlAfterFinished. ` +
      'Apply its manifest, wait until the Job has ended, and run the command again',
  );
}

/** A Job has ended when Kubernetes says so, and no pod of it is left that has not. */
function isActive({ status }: Job): boolean {
  const ends = ['Complete', 'Failed'];
  const isFinished = status?.conditions?.some(({ type, status: is }) => ends.includes(type) && is === 'True') ?? false;
  return !isFinished || (status?.active ?? 0) > 0 || (status?.terminating ?? 0) > 0;
}
