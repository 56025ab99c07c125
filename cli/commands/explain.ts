import { visibleJson } from '../../lib/programs/runtime/visible';
import { explain } from '../explain/explain';
import { explanationText } from '../explain/explanation-text';
import { Manifest } from '../manifest/manifest';
import type { AddCommand } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { FILE_ARGUMENT } from './file-argument';

interface ExplainOptions {
  readonly json?: boolean;
}

export const addExplain: AddCommand = (program, io, run) => {
  program
    .command('explain')
    .argument(...FILE_ARGUMENT)
    .description('say what a manifest will do, before anything is applied')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      examples(
        'cdk8s-work-queue explain dist/fruits.k8s.yaml',
        "cdk8s-work-queue explain dist --json | jq '.runs[].items.count'",
      ),
    )
    .action((file: string, { json }: ExplainOptions) =>
      run(async () => {
        const explanation = explain(Manifest.read(file));
        io.stdout.write(json ? `${visibleJson(explanation)}\n` : explanationText(explanation));
        return ExitStatus.OK;
      }),
    );
};
