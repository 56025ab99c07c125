import { visible } from '../../lib/programs/runtime/visible';
import { CommandError } from '../system/command-error';
import { nearest } from '../system/nearest';
import { jobsOf, type RunJobs } from './run-jobs';

/** The run with a name: that of the run, of its queue or of one of its Jobs. */
export function findRun(runs: readonly RunJobs[], name: string, namespace: string): RunJobs {
  if (runs.length === 0) throw noRuns(namespace);
  const byQueue = runs.find(({ queue }) => queue === name);
  const found = byQueue ? [byQueue] : runs.filter(({ run }) => run === name);
  if (found.length === 0)
    found.push(...runs.filter((run) => jobsOf(run).some(({ metadata }) => metadata?.name === name)));
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    const queues = found.map(({ queue }) => queue).join(', ');
    throw new CommandError(
      `Namespace ${namespace} has ${found.length} runs with the name ${visible(name)}. Name the queue of one: ${queues}`,
    );
  }
  const names = [...new Set(runs.flatMap(({ run, queue }) => [run, queue]))];
  const like = nearest(name, names).map((each) => visible(each));
  throw new CommandError(
    `Namespace ${namespace} has no run ${visible(name)}. Names that are like it: ${like.join(', ')}. ` +
      '`cdk8s-work-queue runs` lists all runs, and --namespace chooses another namespace',
  );
}

export function noRuns(namespace: string): CommandError {
  return new CommandError(
    `Namespace ${namespace} has no runs: none of its Jobs is a seeder or a worker of this package. ` +
      'Apply a manifest, or choose another namespace with --namespace',
  );
}
