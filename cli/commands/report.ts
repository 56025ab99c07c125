import { visible } from '../../lib/programs/runtime/visible';
import { reportHtml } from '../report/report-html';
import { findRun } from '../run-state/find-run';
import { addBrokerOptions, type CommonOptions, commonOptions, RUN_ARGUMENT, withObserver } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { writeResult } from './write-result';

interface ReportOptions extends CommonOptions {
  readonly out: string;
}

/** The value of `--out` for standard output. */
const STDOUT = '-';

export const addReport: AddCommand = (program, io, run) => {
  addBrokerOptions(program.command('report'))
    .argument('<run>', RUN_ARGUMENT)
    .description('show what happened in a run, as one HTML file')
    .option('--out <file>', `the file; ${STDOUT} is standard output`, 'report.html')
    .addHelpText('after', examples('cdk8s-work-queue report RUN', 'cdk8s-work-queue report RUN --out RUN.html'))
    .action((name, _, command) => run(() => writeReport(name, commonOptions<ReportOptions>(command), io)));
};

async function writeReport(name: string, options: ReportOptions, { stdout }: CommandIo): Promise<number> {
  const { out } = options;
  const history = await withObserver(options, { details: false, queues: false }, async (observer, { namespace }) =>
    observer.history(findRun(await observer.list(), name, namespace)),
  );
  const page = reportHtml(history);
  if (out === STDOUT) {
    stdout.write(page);
    return ExitStatus.OK;
  }
  await writeResult('The report', out, page);
  stdout.write(`The report of run ${visible(history.name)} is in ${visible(out)}\n`);
  return ExitStatus.OK;
}
