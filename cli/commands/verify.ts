import { visible, visibleJson } from '../../lib/programs/runtime/visible';
import { version } from '../../package.json';
import { makeReceipt } from '../receipt/make-receipt';
import { addBrokerOptions, type CommonOptions, commonOptions, RUN_ARGUMENT } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { withRun } from './with-run';
import { writeResult } from './write-result';

interface VerifyOptions extends CommonOptions {
  readonly out?: string;
}

export const addVerify: AddCommand = (program, io, run) => {
  addBrokerOptions(program.command('verify'))
    .argument('<run>', RUN_ARGUMENT)
    .description('prove what a run has done, item by item: one JSON object; exit code 0 if all is done, otherwise 1')
    .option('--out <file>', 'write the object to a file, and the verdict to standard output')
    .addHelpText(
      'after',
      examples('cdk8s-work-queue verify RUN --out receipt.json', 'cdk8s-work-queue verify RUN | jq .missing'),
    )
    .action((name, _, command) => run(() => verify(name, commonOptions<VerifyOptions>(command), io)));
};

async function verify(name: string, options: VerifyOptions, { stdout, stderr }: CommandIo): Promise<number> {
  const { out } = options;
  const receipt = await withRun(options, name, async ({ cluster, run, link }) =>
    makeReceipt(run, { cluster, session: await link.session(), commandLine: version }),
  );
  const { verified, verdict } = receipt;
  const json = `${visibleJson(receipt)}\n`;
  if (out !== undefined) {
    await writeResult('The receipt', out, json);
    stdout.write(`${visible(verdict)}\n`);
  } else {
    stdout.write(json);
    if (!verified) stderr.write(`${visible(verdict)}\n`);
  }
  return verified ? ExitStatus.OK : ExitStatus.FAILED;
}
