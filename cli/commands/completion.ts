import { Argument, type Command } from 'commander';
import type { AddCommand } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

type Shell = (typeof SHELLS)[number];

export const addCompletion: AddCommand = (program, io, run) => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .description('print a script by which a shell completes commands and options')
    .addHelpText(
      'after',
      examples('source <(cdk8s-work-queue completion bash)', 'cdk8s-work-queue completion fish | source'),
    )
    .action((shell: Shell) =>
      run(async () => {
        io.stdout.write(SCRIPTS[shell](wordsOf(program)));
        return ExitStatus.OK;
      }),
    );
};

/** What may follow a command. */
interface CommandWords {
  readonly name: string;
  readonly description: string;
  /** Of a command that is a group of others. */
  readonly subcommands: readonly string[];
  readonly options: readonly string[];
}

interface Words {
  readonly program: string;
  readonly commands: readonly CommandWords[];
}

const SCRIPTS: Readonly<Record<Shell, (words: Words) => string>> = {
  bash: bashScript,
  // zsh understands the script of bash.
  zsh: (words) => `autoload -U +X bashcompinit && bashcompinit\n${bashScript(words)}`,
  fish: fishScript,
};

function wordsOf(program: Command): Words {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    subcommands: command.commands.map((each) => each.name()),
    options: [
      ...new Set([command, ...command.commands].flatMap(({ options }) => options.flatMap(({ long }) => long ?? []))),
    ],
  }));
  return { program: program.name(), commands };
}

function bashScript({ program, commands }: Words): string {
  const names = commands.map(({ name }) => name);
  const name = `_${program.replaceAll('-', '_')}`;
  const reply = (words: readonly string[]) => `COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$current"))`;
  return `${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} command= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${names.join(' | ')}) command=$word; break ;; esac
  done
  case $command in
${commands.map((each) => `    ${each.name}) ${reply([...each.subcommands, ...each.options, '--help'])} ;;`).join('\n')}
    *) ${reply([...names, 'help', '--help', '--version'])} ;;
  esac
}
complete -o default -F ${name} ${program}
`;
}

function fishScript({ program, commands }: Words): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const names = commands.flatMap(({ name, description, subcommands, options }) => [
    `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
    ...subcommands.map(
      (each) => `complete -c ${program} -n ${quoted(`__fish_seen_subcommand_from ${name}`)} -f -a ${each}`,
    ),
    ...options.map(
      (option) => `complete -c ${program} -n ${quoted(`__fish_seen_subcommand_from ${name}`)} -l ${option.slice(2)}`,
    ),
  ]);
  return `${names.join('\n')}\n`;
}
