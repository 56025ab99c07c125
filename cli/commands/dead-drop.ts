import { BrokerError } from '../../lib/programs/amqp/session';
import { plural } from '../../lib/programs/runtime/log';
import { visible } from '../../lib/programs/runtime/visible';
import { dropDeadLetters } from '../dead-letters/drop-run';
import { matches } from '../dead-letters/letter-filter';
import { readDeadLetters } from '../dead-letters/read-dead-letters';
import { requireChangeable } from '../dead-letters/require-changeable';
import { CommandError } from '../system/command-error';
import { confirm } from '../terminal/confirm';
import { commonOptions } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { addLetterOptions, filterOf, type LetterOptions } from './dead-options';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { withRun } from './with-run';

type DropOptions = LetterOptions & { readonly yes?: boolean };

export const addDeadDrop: AddCommand = (program, io, run) => {
  addLetterOptions(program.command('drop'))
    .description('remove dead letters for good; their items stay dead, so the verdict of the run does not change')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'cdk8s-work-queue dead drop RUN --item 17',
        "cdk8s-work-queue dead drop RUN --stderr 'no such file' --yes",
      ),
    )
    .action((name, _, command) => run(() => drop(name, commonOptions<DropOptions>(command), io)));
};

async function drop(name: string, options: DropOptions, io: CommandIo): Promise<number> {
  return withRun(options, name, async ({ run, link }) => {
    const session = await link.session();
    requireChangeable(session);
    const { letters } = await readDeadLetters(session, run);
    const filter = filterOf(options);
    const items = letters.filter((letter) => matches(filter, letter)).map(({ item }) => item);
    if (items.length === 0) throw new CommandError(`No dead letter of run ${visible(run.run)} matches`);
    const question = `Remove ${plural(items.length, 'dead letter')} of run ${visible(run.run)} for good?`;
    if (!(await confirm(io, question, options.yes ?? false))) return ExitStatus.OK;
    try {
      const count = await dropDeadLetters(session, run, { ...filter, item: items });
      io.stdout.write(`${plural(count, 'dead letter')} of run ${visible(run.run)} removed\n`);
      return ExitStatus.OK;
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      throw new CommandError(`The broker: ${error.message}. Run the command again: what was removed stays so`);
    }
  });
}
