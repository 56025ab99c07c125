import { posix } from 'node:path';

const SHELLS = ['sh', 'ash', 'bash', 'csh', 'dash', 'fish', 'ksh', 'mksh', 'tcsh', 'zsh'];

/** Whether the word of a command names a shell, by its name or by a path. */
export function isShell(word: unknown): word is string {
  return typeof word === 'string' && SHELLS.includes(posix.basename(word));
}

/** How an interpreter gets a script as an argument. */
interface Interpreter {
  readonly names: RegExp;
  /** An option after which a script follows. A shell may have other options between them. */
  readonly option?: RegExp;
  /** An option that contains a script. */
  readonly attached?: RegExp;
  /** An option after which a word follows that is not a script. */
  readonly valued?: RegExp;
  /** Whether the script is the first word that is not an option: of shells with the option, of others without. */
  readonly operand?: boolean;
  /** Whether only arguments follow the script. */
  readonly once?: boolean;
  /** How the script reads an argument that follows it. */
  readonly argument: string;
}

const INTERPRETERS: readonly Interpreter[] = [
  {
    names: new RegExp(`^(${SHELLS.join('|')})$`),
    option: /^-[A-Za-z]*c[A-Za-z]*$/,
    valued: /^([-+][A-Za-z]*[oO]|--(rcfile|init-file))$/,
    operand: true,
    argument: '$1',
  },
  {
    names: /^(python|pypy)[0-9.]*$/,
    option: /^-(?![WX])[A-Za-z]*c$/,
    attached: /^-(?![WX])[A-Za-z]*c./,
    valued: /^-[A-Za-z]*[WX]$/,
    once: true,
    argument: 'sys.argv[1]',
  },
  {
    names: /^perl[0-9.]*$/,
    option: /^-(?![MmI])[A-Za-z0-9]*[eE]$/,
    attached: /^-(?![MmI])[A-Za-z0-9]*[eE]./,
    argument: '$ARGV[0]',
  },
  { names: /^ruby[0-9.]*$/, option: /^-[a-z]*e$/, attached: /^-[a-z]*e./, valued: /^-[Ir]$/, argument: 'ARGV[0]' },
  {
    names: /^(node|nodejs|bun)$/,
    option: /^(-[ip]?[pe]|--eval|--print)$/,
    attached: /^--(eval|print)=/,
    valued: /^(-[rC]|--(require|import|loader|conditions))$/,
    argument: 'process.argv[1]',
  },
  { names: /^php[0-9.]*$/, option: /^-[rBRE]$/, valued: /^-[cd]$/, once: true, argument: '$argv[1]' },
  { names: /^(R|Rscript)$/, option: /^-e$/, argument: 'commandArgs(trailingOnly = TRUE)[1]' },
  { names: /^(lua|luajit)[0-9.]*$/, option: /^-e$/, valued: /^-l$/, argument: 'arg[1]' },
  { names: /^julia$/, option: /^(-[eE]|--eval|--print)$/, attached: /^--(eval|print)=/, argument: 'ARGS[1]' },
  // With `-f`, the program is a file, and the first operand is data.
  { names: /^[gmn]?awk$/, option: /^-f$/, valued: /^-[vF]$/, operand: true, argument: 'ARGV[1]' },
];

/** A script that is a word of a command. */
export interface InlineScript {
  /** The name of the program that runs it. */
  readonly interpreter: string;
  /** Where it is in the command. */
  readonly word: number;
  /** How the script reads an argument that follows it. */
  readonly argument: string;
}

/**
 * Returns the scripts among the words of a command, also of one that another program starts: `env sh -c …`. The words
 * after them are their arguments.
 */
export function inlineScripts(command: readonly string[]): InlineScript[] {
  for (const [place, word] of command.entries()) {
    const interpreter = INTERPRETERS.find(({ names }) => names.test(posix.basename(word)));
    const scripts = interpreter ? scriptWords(command, place, interpreter) : [];
    if (interpreter && scripts.length > 0) {
      const { argument } = interpreter;
      return scripts.map((script) => ({ interpreter: posix.basename(word), word: script, argument }));
    }
  }
  return [];
}

function scriptWords(command: readonly string[], place: number, interpreter: Interpreter): number[] {
  const { option, attached, valued, operand = false, once = false } = interpreter;
  const found: number[] = [];
  let optionSeen = false;
  let at = place + 1;
  for (; /^[-+]./.test(command[at] ?? '') && command[at] !== '--'; at++) {
    if (option?.test(command[at])) {
      optionSeen = true;
      if (!operand) found.push(at + 1);
      if (once) return found;
    } else if (attached?.test(command[at])) {
      found.push(at);
      if (once) return found;
      continue;
    }
    // The operand of a shell comes after all options.
    if (valued?.test(command[at]) || (option?.test(command[at]) && !isShell(command[place]))) at++;
  }
  if (command[at] === '--') at++;
  return operand && optionSeen === isShell(command[place]) ? [...found, at] : found;
}
