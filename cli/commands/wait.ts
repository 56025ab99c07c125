import { duration, oneLine } from '../../lib/programs/runtime/log';
import { after, sleep } from '../../lib/programs/runtime/time';
import { visible } from '../../lib/programs/runtime/visible';
import { UnreachableError } from '../kubernetes/api-error';
import { findRun } from '../run-state/find-run';
import { jobSummary } from '../run-state/job-summary';
import type { Observer } from '../run-state/observer';
import { jobsOf, type RunJobs } from '../run-state/run-jobs';
import { isOver, type RunState } from '../run-state/run-state';
import { CommandError } from '../system/command-error';
import { countWords } from '../view/run-words';
import { addBrokerOptions, type CommonOptions, commonOptions, RUN_ARGUMENT, withObserver } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { parseTimeLimit } from './time-limit';

/** The pause between two questions. */
const PAUSE_MS = 1000;

interface WaitOptions extends CommonOptions {
  /** In milliseconds. */
  readonly timeout?: number;
}

export const addWait: AddCommand = (program, io, run) => {
  addBrokerOptions(program.command('wait'))
    .argument('<run>', RUN_ARGUMENT)
    .description('wait until a run is over; exit code 0 if it is Complete, 1 if it has Failed, 124 if the time is over')
    .option('--timeout <time>', 'how long to wait, such as 90s, 10m or 1h30m (default: until the end)', parseTimeLimit)
    .addHelpText('after', examples('cdk8s-work-queue wait RUN --timeout 10m'))
    .action((name, _, command) => run(() => waitFor(name, commonOptions<WaitOptions>(command), io)));
};

async function waitFor(name: string, options: WaitOptions, io: CommandIo): Promise<number> {
  return withObserver(options, { details: false, queues: false }, async (observer, { namespace }) => {
    const limit = timeLimit(options.timeout, io.interrupt);
    const { queue, run } = findRun(await observer.list(), name, namespace);
    const state = await untilOver(observer, { queue, run, namespace }, { io, limit });
    if (state) return tell(state, io);
    if (io.interrupt.aborted) return ExitStatus.INTERRUPTED;
    const [last] = await observer.look((await observer.list()).filter((each) => each.queue === queue));
    const words = last ? `: ${last.phase}, ${countWords(last.items)}` : '';
    io.stderr.write(`Run ${visible(run)} is not over after ${duration(options.timeout ?? 0)}${words}\n`);
    return ExitStatus.TIMEOUT;
  });
}

/** Aborts on Ctrl-C and when the time is over, however long it is. */
function timeLimit(milliseconds: number | undefined, interrupt: AbortSignal): AbortSignal {
  const over = new AbortController();
  if (milliseconds !== undefined) after(milliseconds, () => over.abort());
  return AbortSignal.any([interrupt, over.signal]);
}

interface Waiting {
  readonly io: CommandIo;
  /** Ends the wait. */
  readonly limit: AbortSignal;
}

/** The last state of the run, or nothing if the time is over. Only the Jobs are asked until then. */
async function untilOver(
  observer: Observer,
  { queue, run, namespace }: Pick<RunState, 'queue' | 'run' | 'namespace'>,
  { io, limit }: Waiting,
): Promise<RunState | undefined> {
  let trouble: string | undefined;
  while (!limit.aborted) {
    try {
      const found = (await observer.list()).find((each) => each.queue === queue);
      if (!found) {
        throw new CommandError(
          `Run ${visible(run)} is gone: its Jobs in namespace ${namespace} were deleted, by a person or by ttlAfterFinished. ` +
            'How it ended is not known',
        );
      }
      const [state] = mayBeOver(found) ? await observer.look([found]) : [];
      if (state && isOver(state)) return state;
      trouble = undefined;
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      if (error.message !== trouble) io.stderr.write(`${error.message}; trying again\n`);
      trouble = error.message;
    }
    await sleep(PAUSE_MS, limit);
  }
  return undefined;
}

function mayBeOver(run: RunJobs): boolean {
  return jobsOf(run).some((job) => {
    const { outcome } = jobSummary(job);
    return job === run.seeder ? outcome === 'Failed' : job === run.worker && outcome !== undefined;
  });
}

/** The verdict of a run that has failed, and its dead letters, are errors. */
function tell(state: RunState, { stdout, stderr }: CommandIo): number {
  const verdict = visible(state.verdict ?? state.phase);
  if (state.phase === 'Complete') {
    stdout.write(`${verdict}\n`);
    return ExitStatus.OK;
  }
  stderr.write(`${verdict}\n`);
  for (const { item, description } of state.deadLetters) stderr.write(`  item ${item} ${oneLine(description)}\n`);
  const more = (state.items.dead ?? 0) - state.deadLetters.length;
  if (more > 0) stderr.write(`  and ${more} more\n`);
  if (state.note !== undefined) stderr.write(`${visible(state.note)}\n`);
  return ExitStatus.FAILED;
}
