import { visible, visibleJson } from '../../lib/programs/runtime/visible';
import { noRuns } from '../run-state/find-run';
import { runsTable } from '../view/runs-table';
import { addBrokerOptions, type CommonOptions, commonOptions, withObserver } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';

interface RunsOptions extends CommonOptions {
  readonly json?: boolean;
}

export const addRuns: AddCommand = (program, io, run) => {
  addBrokerOptions(program.command('runs'))
    .description('list the runs of a namespace: state, items, age, and what is left of them')
    .option('--json', 'print one object a line, for each run')
    .addHelpText('after', examples('cdk8s-work-queue runs', 'cdk8s-work-queue runs --namespace research --json'))
    .action((_, command) => run(() => listRuns(commonOptions<RunsOptions>(command), io)));
};

async function listRuns(options: RunsOptions, io: CommandIo): Promise<number> {
  return withObserver(options, { details: false, queues: true }, async (observer, { namespace }) => {
    const runs = await observer.list();
    if (runs.length === 0) throw noRuns(namespace);
    const states = await observer.look(runs);
    const lines = options.json ? states.map(visibleJson) : runsTable(states);
    for (const line of lines) io.stdout.write(`${line}\n`);
    if (!options.json) {
      for (const note of new Set(states.flatMap(({ note }) => note ?? []))) io.stderr.write(`${visible(note)}\n`);
    }
    return ExitStatus.OK;
  });
}
