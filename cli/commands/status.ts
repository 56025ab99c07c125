import { visibleJson } from '../../lib/programs/runtime/visible';
import { findRun } from '../run-state/find-run';
import { colorsFor } from '../terminal/colors';
import { render } from '../terminal/spans';
import { runScreen } from '../view/run-screen';
import { addBrokerOptions, type CommonOptions, commonOptions, RUN_ARGUMENT, withObserver } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';

interface StatusOptions extends CommonOptions {
  readonly json?: boolean;
}

export const addStatus: AddCommand = (program, io, run) => {
  addBrokerOptions(program.command('status'))
    .argument('<run>', RUN_ARGUMENT)
    .description('show one run: its items, its pods, what is at work, what has failed')
    .option('--json', 'print the state as one JSON object')
    .addHelpText('after', examples('cdk8s-work-queue status RUN', 'cdk8s-work-queue status RUN --json | jq .items'))
    .action((name, _, command) => run(() => showStatus(name, commonOptions<StatusOptions>(command), io)));
};

async function showStatus(name: string, options: StatusOptions, io: CommandIo): Promise<number> {
  return withObserver(options, { details: true, queues: true }, async (observer, { namespace }) => {
    const run = findRun(await observer.list(), name, namespace);
    const [state] = await observer.look([run]);
    if (options.json) {
      io.stdout.write(`${visibleJson(state)}\n`);
      return ExitStatus.OK;
    }
    const colors = colorsFor(io.stdout, io.environment);
    const columns = io.stdout.isTTY ? io.stdout.columns : undefined;
    for (const line of runScreen(state)) io.stdout.write(`${render(line, colors, columns)}\n`);
    return ExitStatus.OK;
  });
}
