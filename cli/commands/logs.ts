import { ContainerName } from '../../lib/contract/containers';
import { duration, plural } from '../../lib/programs/runtime/log';
import { visible } from '../../lib/programs/runtime/visible';
import { NotFoundError } from '../kubernetes/api-error';
import type { Cluster } from '../kubernetes/cluster';
import { linesOf } from '../run-state/attempt-log';
import { findItem } from '../run-state/find-item';
import type { Attempt, ItemAttempts } from '../run-state/item-attempts';
import { readAttempts } from '../run-state/read-attempts';
import { requireEvents } from '../run-state/require-records';
import { CommandError } from '../system/command-error';
import { addBrokerOptions, type CommonOptions, commonOptions, RUN_ARGUMENT } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { parseWholeNumber } from './whole-number';
import { withRun } from './with-run';

interface LogsOptions extends CommonOptions {
  readonly attempt?: number;
  readonly courier?: boolean;
  readonly raw?: boolean;
}

export const addLogs: AddCommand = (program, io, run) => {
  addBrokerOptions(program.command('logs'))
    .argument('<run>', RUN_ARGUMENT)
    .argument('<item>', 'the item: its number, from 0, or the item itself')
    .description('print what the program wrote while it worked on an item: the log of the pod, for just that attempt')
    .option('--attempt <number>', 'the attempt (default: the last one)', parseWholeNumber)
    .option('--courier', 'print the log of the courier instead of that of the program')
    .option('--raw', 'leave control characters as they are (default: they are shown as escapes)')
    .addHelpText('after', examples('cdk8s-work-queue logs RUN 17', 'cdk8s-work-queue logs RUN melon --attempt 1'))
    .action((name, item, _, command) =>
      run(() => printLog(name, item, { options: commonOptions<LogsOptions>(command), io })),
    );
};

interface LogsContext {
  readonly options: LogsOptions;
  readonly io: CommandIo;
}

async function printLog(name: string, given: string, { options, io }: LogsContext): Promise<number> {
  return withRun(options, name, async ({ cluster, run, link }) => {
    requireEvents(run, '`kubectl logs` prints what its pods wrote.');
    const item = await findItem(cluster, run, given);
    const attempts = await readAttempts(link, run, item);
    const attempt = chosen(attempts, item, options.attempt);
    const log = await logOf(cluster, attempt, options.courier ? ContainerName.COURIER : ContainerName.WORKER);
    const lines = linesOf(log, attempt, attempts.nextStart(attempt));
    io.stderr.write(`${visible(headline(item, attempt, attempts))}\n`);
    if (lines.length === 0) io.stderr.write('The pod wrote nothing in that time, or the node no longer has it\n');
    for (const line of lines) io.stdout.write(`${options.raw ? line : visible(line, { lines: true })}\n`);
    return ExitStatus.OK;
  });
}

function chosen(attempts: ItemAttempts, item: number, wanted: number | undefined): Attempt {
  const { all, dead } = attempts;
  const attempt = all.filter((each) => wanted === undefined || each.attempt === wanted).at(-1);
  if (attempt) return attempt;
  if (all.length > 0) {
    const known = [...new Set(all.map((each) => each.attempt))].join(', ');
    throw new CommandError(`Item ${item} has no attempt ${wanted}. Attempts that are known: ${known}`);
  }
  if (dead) {
    throw new CommandError(
      `Item ${item} is a dead letter, and the events of its attempts are no longer kept: ${dead.description}`,
    );
  }
  throw new CommandError(
    `No pod has begun with item ${item} yet. \`cdk8s-work-queue status RUN\` shows what is at work`,
  );
}

async function logOf(cluster: Cluster, { pod }: Attempt, container: string): Promise<string> {
  try {
    return await cluster.log({ pod, container });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new CommandError(
      `Pod ${pod}, which had the item, no longer exists, and its log is gone with it: a Job that fails deletes the pods that still run. Logs remain only where the cluster collects them`,
    );
  }
}

function headline(item: number, { attempt, pod, started, ended, outcome }: Attempt, attempts: ItemAttempts): string {
  const took = ended === undefined ? 'no end is known' : `${outcome} after ${duration(ended - started)}`;
  const others = attempts.all.length - 1;
  const more = others > 0 ? `; ${plural(others, 'other attempt')}` : '';
  return `item ${item}, attempt ${attempt}: ${took}, in pod ${pod}, from ${new Date(started).toISOString()}${more}`;
}
