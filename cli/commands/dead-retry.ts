import { BrokerError } from '../../lib/programs/amqp/session';
import { plural } from '../../lib/programs/runtime/log';
import { sleep } from '../../lib/programs/runtime/time';
import { visible } from '../../lib/programs/runtime/visible';
import { matches } from '../dead-letters/letter-filter';
import { readDeadLetters } from '../dead-letters/read-dead-letters';
import { requireInactive } from '../dead-letters/require-inactive';
import { type RetryResult, RetryRun } from '../dead-letters/retry-run';
import type { RunJobs } from '../run-state/run-jobs';
import { CommandError } from '../system/command-error';
import { confirm } from '../terminal/confirm';
import { commonOptions } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { addLetterOptions, filterOf, type LetterOptions } from './dead-options';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { type RunAccess, withRun } from './with-run';

/** How often a retry goes on after the connection to the broker was lost. */
const MAX_TRIES = 4;

const PAUSE_MS = 1000;

type RetryOptions = LetterOptions & { readonly missing?: boolean; readonly yes?: boolean };

export const addDeadRetry: AddCommand = (program, io, run) => {
  addLetterOptions(program.command('retry'))
    .description('put dead letters into the queue again, and create a worker Job for them')
    .option('--missing', 'also items that the broker has lost: from the ConfigMaps of the run')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('cdk8s-work-queue dead retry RUN', 'cdk8s-work-queue dead retry RUN --exit-code 137 --yes'),
    )
    .action((name, _, command) => run(() => retryDeadLetters(name, commonOptions<RetryOptions>(command), io)));
};

async function retryDeadLetters(name: string, options: RetryOptions, io: CommandIo): Promise<number> {
  return withRun(options, name, async (access) => {
    const { run, link } = access;
    requireInactive(run);
    const { letters } = await readDeadLetters(await link.session(), run);
    const filter = filterOf(options);
    const count = letters.filter((letter) => matches(filter, letter)).length;
    if (!(await confirm(io, question(run, count, options), options.yes ?? false))) return ExitStatus.OK;
    tell(await untilRetried(access, options), run, io);
    return ExitStatus.OK;
  });
}

function question({ run }: RunJobs, count: number, { missing }: RetryOptions): string {
  const lost = missing ? ', and the items that the broker has lost,' : '';
  return `Retry ${plural(count, 'dead letter')}${lost} of run ${visible(run)} with a new Job?`;
}

/** What was done when a connection is lost is found again over the next one. */
async function untilRetried({ cluster, run, link }: RunAccess, options: RetryOptions): Promise<RetryResult> {
  const choice = { filter: filterOf(options), withMissing: options.missing ?? false };
  for (let tries = 1; ; tries++) {
    try {
      return await new RetryRun(cluster, link, run.queue, choice).retry();
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      if (tries < MAX_TRIES) await sleep(PAUSE_MS);
      else
        throw new CommandError(`The broker: ${error.message}. Run the command again: it goes on where it has stopped`);
    }
  }
}

function tell({ plan, job, completions }: RetryResult, { run }: RunJobs, { stdout, stderr }: CommandIo): void {
  if (plan.isFinishing) {
    stderr.write(
      'An earlier retry of this run was stopped before its Job existed. It is finished now, and nothing was added to it\n',
    );
  }
  const pods = plural(completions, 'completion');
  stdout.write(`Job ${visible(job)} with ${pods} works on ${plural(plan.openCount, 'item')} of run ${visible(run)}\n`);
}
