import { Command, CommanderError, Option } from 'commander';
import { sleep } from '../../lib/programs/runtime/time';
import { visible } from '../../lib/programs/runtime/visible';
import { version } from '../../package.json';
import { CommandError } from '../system/command-error';
import { addClean } from './clean';
import { CLUSTER_OPTIONS } from './cluster-options';
import type { AddCommand, CommandIo, RunAction } from './command-io';
import { addCompletion } from './completion';
import { addDead } from './dead';
import { ExitStatus } from './exit-status';
import { addExplain } from './explain';
import { addLogs } from './logs';
import { addRehearse } from './rehearse';
import { addReport } from './report';
import { addRuns } from './runs';
import { addStatus } from './status';
import { addVerify } from './verify';
import { addWait } from './wait';
import { addWatch } from './watch';

/** In the order of the help. */
const COMMANDS: readonly AddCommand[] = [
  addExplain,
  addRehearse,
  addRuns,
  addStatus,
  addWatch,
  addWait,
  addLogs,
  addDead,
  addReport,
  addVerify,
  addClean,
  addCompletion,
];

/** How long a command has to end after Ctrl-C, unless it must end by itself. */
const ENDING_MS = 1000;

const EXIT_CODES = `
Exit codes:
  0    it is done; of wait, watch and rehearse: the run is Complete
  1    the run, or its rehearsal, has Failed; of verify: not all is done
  2    it could not be done; standard error says why
  124  the time of --timeout is over
  130  Ctrl-C

NO_COLOR=1 prints without colours. A pipe or a file gets none.`;

/** Runs a command. Resolves to the exit code; every error is told on standard error. */
export async function runCommandLine(args: readonly string[], io: CommandIo): Promise<number> {
  let exitCode: number = ExitStatus.OK;
  let isAwaited = false;
  const run: RunAction = async (action, { mustEnd = false } = {}) => {
    isAwaited = mustEnd;
    exitCode = await action();
  };
  const program = commandLine(io, run);
  try {
    await Promise.race([program.parseAsync(args, { from: 'user' }), interrupted(io.interrupt, () => isAwaited)]);
    return io.interrupt.aborted ? ExitStatus.INTERRUPTED : exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.OK : ExitStatus.ERROR;
    if (io.interrupt.aborted) return ExitStatus.INTERRUPTED;
    io.stderr.write(`${visible(told(error as Error), { lines: true })}\n`);
    return ExitStatus.ERROR;
  }
}

/** Commander has already told its errors, with its help. */
function commandLine(io: CommandIo, run: RunAction): Command {
  const program = new Command('cdk8s-work-queue')
    .description(
      'See what a manifest of cdk8s-work-queue will do and rehearse it; see, verify, retry and delete its runs on a cluster.',
    )
    .version(version)
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(visible(text, { lines: true })),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(--help shows what is possible)')
    .exitOverride();
  for (const [flags, description] of CLUSTER_OPTIONS) program.addOption(new Option(flags, description).hideHelp());
  for (const add of COMMANDS) add(program, io, run);
  return program;
}

/** Resolves a while after Ctrl-C: a command that watches ends by itself before that, and puts the terminal in order. */
async function interrupted(interrupt: AbortSignal, isAwaited: () => boolean): Promise<void> {
  if (!interrupt.aborted) await new Promise((resolve) => interrupt.addEventListener('abort', resolve));
  await sleep(ENDING_MS);
  if (isAwaited()) await new Promise(() => {});
}

/** An error that no command has foreseen is a mistake in this program, so its stack is worth something. */
function told(error: Error): string {
  return error instanceof CommandError
    ? error.message
    : `This is a mistake in cdk8s-work-queue: ${error.stack ?? error.message}`;
}
