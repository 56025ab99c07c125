import { plural } from '../../lib/programs/runtime/log';
import { visible, visibleJson } from '../../lib/programs/runtime/visible';
import { deadLetterJson } from '../dead-letters/dead-letter';
import { matches } from '../dead-letters/letter-filter';
import { readDeadLetters } from '../dead-letters/read-dead-letters';
import { deadLettersTable } from '../view/dead-letters-view';
import { commonOptions } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { addLetterOptions, filterOf, type LetterOptions } from './dead-options';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { withRun } from './with-run';

type ListOptions = LetterOptions & { readonly json?: boolean };

export const addDeadList: AddCommand = (program, io, run) => {
  addLetterOptions(program.command('list'))
    .description('list the dead letters of a run: item, reason, attempts, pod, exit code, last line of standard error')
    .option('--json', 'print one object a line, for each dead letter')
    .addHelpText(
      'after',
      examples('cdk8s-work-queue dead list RUN', "cdk8s-work-queue dead list RUN --stderr 'out of memory' --json"),
    )
    .action((name, _, command) => run(() => listDeadLetters(name, commonOptions<ListOptions>(command), io)));
};

async function listDeadLetters(name: string, options: ListOptions, { stdout, stderr }: CommandIo): Promise<number> {
  return withRun(options, name, async ({ run, link }) => {
    const { letters, goneCount } = await readDeadLetters(await link.session(), run);
    const filter = filterOf(options);
    const chosen = letters.filter((letter) => matches(filter, letter));
    if (options.json) {
      for (const letter of chosen) stdout.write(`${visibleJson(deadLetterJson(run.run, letter, false))}\n`);
    } else if (chosen.length > 0) {
      for (const line of deadLettersTable(chosen)) stdout.write(`${line}\n`);
    } else {
      const none =
        letters.length === 0
          ? 'has no dead letters'
          : `has ${plural(letters.length, 'dead letter')}, none of which matches`;
      stderr.write(`Run ${visible(run.run)} ${none}\n`);
    }
    if (goneCount > 0) stderr.write(`${goneWords(goneCount)}\n`);
    return ExitStatus.OK;
  });
}

function goneWords(count: number): string {
  const [items, have] = count === 1 ? ['item is a dead letter', 'has'] : ['items are dead letters', 'have'];
  return `${count} more ${items} by the ledger but ${have} no message: it was dropped, or another client or a policy has removed it`;
}
