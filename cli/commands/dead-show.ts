import { visibleJson } from '../../lib/programs/runtime/visible';
import { deadLetterJson } from '../dead-letters/dead-letter';
import { readDeadLetters } from '../dead-letters/read-dead-letters';
import { findItem } from '../run-state/find-item';
import { CommandError } from '../system/command-error';
import { deadLetterLines } from '../view/dead-letters-view';
import { addBrokerOptions, type CommonOptions, commonOptions, RUN_ARGUMENT } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { withRun } from './with-run';

interface ShowOptions extends CommonOptions {
  readonly json?: boolean;
}

export const addDeadShow: AddCommand = (program, io, run) => {
  addBrokerOptions(program.command('show'))
    .argument('<run>', RUN_ARGUMENT)
    .argument('<item>', 'the item: its number, from 0, or the item itself')
    .description('show one dead letter in full: the item, why it died, and the end of standard error')
    .option('--json', 'print one object, with the whole item in base64')
    .addHelpText('after', examples('cdk8s-work-queue dead show RUN 17', 'cdk8s-work-queue dead show RUN melon --json'))
    .action((name, item, _, command) =>
      run(() => showDeadLetter(name, item, { options: commonOptions<ShowOptions>(command), io })),
    );
};

interface ShowContext {
  readonly options: ShowOptions;
  readonly io: CommandIo;
}

async function showDeadLetter(name: string, given: string, { options, io }: ShowContext): Promise<number> {
  return withRun(options, name, async ({ cluster, run, link }) => {
    const item = await findItem(cluster, run, given);
    const { letters, records } = await readDeadLetters(await link.session(), run);
    const letter = letters.find((each) => each.item === item);
    if (!letter) throw new CommandError(`Item ${item} ${absence(records?.isDone(item), records?.isDead(item))}`);
    const lines = options.json ? [visibleJson(deadLetterJson(run.run, letter, true))] : deadLetterLines(letter);
    for (const line of lines) io.stdout.write(`${line}\n`);
    return ExitStatus.OK;
  });
}

function absence(isDone: boolean | undefined, isDead: boolean | undefined): string {
  if (isDone) return 'is not a dead letter: it is done';
  if (!isDead) return 'is not a dead letter';
  return 'is a dead letter by the ledger but has no message: it was dropped, or another client or a policy has removed it';
}
