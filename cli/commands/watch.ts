import { sleep } from '../../lib/programs/runtime/time';
import { visible, visibleJson } from '../../lib/programs/runtime/visible';
import { UnreachableError } from '../kubernetes/api-error';
import { findRun, noRuns } from '../run-state/find-run';
import type { Observer } from '../run-state/observer';
import { isOver, type RunState } from '../run-state/run-state';
import { CommandError } from '../system/command-error';
import { colorsFor } from '../terminal/colors';
import { addBrokerOptions, type CommonOptions, commonOptions, RUN_ARGUMENT, withObserver } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { type Display, JsonDisplay, LineDisplay, ScreenDisplay } from './watch-display';

/** The pause between two looks. */
const PAUSE_MS = 1000;

interface WatchOptions extends CommonOptions {
  readonly json?: boolean;
}

export const addWatch: AddCommand = (program, io, run) => {
  addBrokerOptions(program.command('watch'))
    .argument('[run]', `${RUN_ARGUMENT} (default: all of the namespace)`)
    .description('follow a run to its end, or all runs of a namespace until Ctrl-C; exit code as that of wait')
    .option('--json', 'print one object a line, for each change')
    .addHelpText('after', examples('cdk8s-work-queue watch', 'cdk8s-work-queue watch RUN | tee run.log'))
    .action((name, _, command) => run(() => watch(name, commonOptions<WatchOptions>(command), io)));
};

async function watch(name: string | undefined, options: WatchOptions, io: CommandIo): Promise<number> {
  return withObserver(options, { details: true, queues: false }, async (observer, { namespace }) => {
    const runs = await observer.list();
    if (runs.length === 0) throw noRuns(namespace);
    const queue = name === undefined ? undefined : findRun(runs, name, namespace).queue;
    const display = displayFor(options, io, queue !== undefined);
    try {
      return await follow(observer, queue, { display, io });
    } finally {
      display.end();
    }
  });
}

function displayFor({ json }: WatchOptions, io: CommandIo, isOne: boolean): Display {
  if (json) return new JsonDisplay((value) => io.stdout.write(`${visibleJson(value)}\n`));
  if (!io.stdout.isTTY) return new LineDisplay((line) => io.stdout.write(`${visible(line)}\n`));
  return new ScreenDisplay(io.stdout, colorsFor(io.stdout, io.environment), isOne);
}

interface Following {
  readonly display: Display;
  readonly io: CommandIo;
}

/** Follows one run to its end, or all of them until Ctrl-C. */
async function follow(observer: Observer, queue: string | undefined, { display, io }: Following): Promise<number> {
  let hasShown = false;
  while (!io.interrupt.aborted) {
    try {
      const states = await look(observer, queue);
      display.show(states);
      hasShown = true;
      const [state] = states;
      if (queue !== undefined && isOver(state)) {
        return state.phase === 'Complete' ? ExitStatus.OK : ExitStatus.FAILED;
      }
    } catch (error) {
      if (!hasShown || !(error instanceof UnreachableError)) throw error;
      display.trouble(`${error.message}; trying again`);
    }
    await sleep(PAUSE_MS, io.interrupt);
  }
  return ExitStatus.INTERRUPTED;
}

async function look(observer: Observer, queue: string | undefined): Promise<RunState[]> {
  const runs = (await observer.list()).filter((run) => queue === undefined || run.queue === queue);
  if (queue !== undefined && runs.length === 0) {
    throw new CommandError(`The run on queue ${queue} is gone: its Jobs were deleted. How it ended is not known`);
  }
  return observer.look(runs);
}
