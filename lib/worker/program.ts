import { basename } from 'node:path';
import { ApiObject } from 'cdk8s';
import { ConfigMap, Volume } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { fieldPlaceholder, ITEM_PLACEHOLDER, type ItemArguments, itemTemplate } from '../contract/item-templates';
import { MountPath } from '../contract/mount-paths';
import { SharedVolume } from '../contract/shared-volume';
import { ContentConfigMap } from '../manifest/config-map';
import { pathLabel } from '../manifest/path-label';
import { unexpanded } from '../manifest/unexpanded';
import { whyNoArgument } from '../validation/argument';
import { requireProps, requireType } from '../validation/props';
import { synthError } from '../validation/synth-error';
import { isWellFormed } from '../validation/well-formed';
import { inlineScripts, isShell } from './private/interpreters';
import { placeholderIn } from './private/placeholders';
import { readScript } from './private/script-file';

/** Options for `Program.script`. */
export interface ScriptOptions {
  /**
   * The command that runs the script, such as `['python3', '-u']`. The image must have it.
   *
   * @default - the script runs directly, and its first line must name its interpreter after `#!`
   */
  readonly interpreter?: string[];

  /**
   * Arguments after the script's path. They reach the script unchanged: no shell reads them, and no `$(NAME)` is
   * expanded. `Program.ITEM` in them stands for the item, and `Program.field` for a field of it.
   *
   * @default - none
   */
  readonly args?: string[];
}

/**
 * The program that a worker runs, once for each attempt of an item. If the program exits with 0, the item is done. The
 * program does not need to know about queues.
 *
 * The program reads the item on its standard input. It also gets the item as an argument in the place of
 * `Program.ITEM`, as the file `Program.ITEM_FILE`, and in a variable if `itemVariable` of the Job is set. If items are
 * JSON objects, it gets their fields in the places of `Program.field`.
 */
export class Program {
  /**
   * Stands for the item in an argument of the program, or in the value of one of its `envVariables`, as the whole or
   * as a part: `--input=${Program.ITEM}`. The program gets the item byte for byte; no shell expands it.
   *
   * In the script of `sh -c`, `python -c`, `perl -e` and the like it is an error, because the item would run as code.
   * Put it after the script: `Program.command('sh', '-c', 'render "$1"', 'sh', Program.ITEM)`.
   *
   * An argument of a Linux process has at most 131,071 bytes and no NUL. An item that is too long is an error at synth
   * if the queue knows its items, as a `QueueSeeder` does. If the queue does not know its items, or if the item
   * contains a NUL, the item becomes a dead letter at once.
   */
  public static readonly ITEM: string = ITEM_PLACEHOLDER;

  /**
   * The path of a file that contains the item while the program runs on it. The program can read the file, but not keep
   * it.
   */
  public static readonly ITEM_FILE: string = `${MountPath.SHARED_VOLUME}/${SharedVolume.ITEM}`;

  /**
   * Stands for a field of the item, which must be a JSON object. It may be in the same places as `Program.ITEM`:
   * `Program.command('train', '--lr', Program.field('lr'))`, or as a part of an argument: `--lr=${Program.field('lr')}`.
   *
   * The program gets a number as it is written in the item, such as `1e-05` or `0.10`, a string without its quotes and
   * escapes, and `true` or `false`. No shell expands it. A field whose value is an array, an object or null has no such
   * form.
   *
   * If the queue knows its items, as a `QueueSeeder` does, each item is checked at synth: an item that is not a JSON
   * object, that has no such field, or whose field has no such form is an error, and so is a field that is too long for
   * an argument. If the queue does not know its items, or with a foreign message, such an item becomes a dead letter at
   * once.
   *
   * @param name the name of the field, as it is in the item; a dot in it has no meaning
   * @returns a placeholder, which is an argument or a part of one
   * @throws if the name is empty, contains half of a surrogate pair, or is not a string
   */
  public static field(name: string): string {
    requireType('Program.field', 'name', 'string', name);
    if (name === '' || !isWellFormed(name)) {
      throw synthError(
        'Program.field',
        `the name is ${JSON.stringify(name)}, which is ${name === '' ? 'empty' : 'not valid Unicode'}`,
        "Give the name of a field, such as Program.field('lr'). For the whole item, write Program.ITEM.",
      );
    }
    return fieldPlaceholder(name);
  }

  /**
   * Runs a command of the worker's image.
   *
   * @param command a path in the image, or a name that is on its PATH
   * @param args arguments; they reach the command unchanged: no shell reads them, and no `$(NAME)` is expanded.
   * `Program.ITEM` in them stands for the item, and `Program.field` for a field of it
   * @throws if any of these is true:
   * - The command is empty, or it contains `Program.ITEM` or `Program.field`.
   * - The command seems to be a whole command line: its name contains white space.
   * - `Program.ITEM` or `Program.field` is in a script that is an argument, such as that of `sh -c`, `python -c`,
   *   `perl -e` or `node -e`.
   * - The command or an argument cannot be an argument of a Linux process: it contains a NUL or half of a surrogate
   *   pair, has more than 131,071 bytes, or is not a string.
   */
  public static command(command: string, ...args: string[]): Program {
    if (typeof command !== 'string' || command.trim() === '') {
      throw synthError(
        'Program.command',
        `the command is ${JSON.stringify(command)}, which names no program`,
        "Name a program in the worker's image, such as Program.command('/app/render', '--fast').",
      );
    }
    requireOneWord(command);
    return new Program(checked('Program.command', [command, ...args]));
  }

  /**
   * Runs a script that is on this machine. Its content becomes part of the manifest, so the image needs only the
   * interpreter.
   *
   * @param file the path of the script, relative to the working directory of the synth; the script has at most 188,000
   * bytes
   * @param options the interpreter and the arguments of the script
   * @throws if any of these is true:
   * - The script cannot be read, is empty, or is too large.
   * - No interpreter is given, and the first line of the script names none or ends with a Windows line ending.
   * - The interpreter is a shell, and most lines of the script end with a Windows line ending (CRLF). Python, Perl, Ruby
   *   and Node.js accept such lines.
   * - A part of the interpreter is empty.
   * - A part of the interpreter, or an argument, cannot be an argument of a Linux process, see `Program.command`.
   */
  public static script(file: string, options: ScriptOptions = {}): Program {
    const context = `Program.script('${file}')`;
    requireType(context, 'file', 'string', file);
    requireProps(context, 'ScriptOptions', options);
    const { interpreter = [], args = [] } = options;
    if (interpreter.some((part) => typeof part === 'string' && part.trim() === '')) {
      throw synthError(
        context,
        `interpreter is ${JSON.stringify(interpreter)}, which contains an empty part`,
        'Remove the empty part.',
      );
    }
    const content = readScript(context, file, interpreter);
    // Only what the key of a ConfigMap may contain. A key must not begin with two dots either: IsConfigMapKey in
    // https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go
    const name = basename(file)
      .slice(-253)
      .replace(/^\.\.|[^A-Za-z0-9._-]/g, '-');
    const command = [...interpreter, `${MountPath.SCRIPT}/${name}`, ...args];
    return new Program(checked(context, command), { [name]: content });
  }

  private constructor(
    private readonly command: string[],
    private readonly files?: Record<string, Buffer>,
  ) {}

  /**
   * The command in the form that `command` of a container requires.
   *
   * @internal
   */
  public _command(): string[] {
    return this.command.map(unexpanded);
  }

  /**
   * Where the item and its fields are in the command, or undefined if it has neither.
   *
   * @internal
   */
  public _itemArguments(): ItemArguments | undefined {
    const templates = this.command.map((part) => itemTemplate(part) ?? null);
    return templates.some((template) => template !== null) ? templates : undefined;
  }

  /**
   * The volume to mount at MountPath.SCRIPT.
   *
   * @internal
   */
  public _volume(user: Construct): Volume | undefined {
    if (!this.files) return undefined;
    const configMap = new ContentConfigMap(user, 'Script', `${pathLabel(user)}-script`, this.files);
    ApiObject.of(user).addDependency(configMap);
    const reference = ConfigMap.fromConfigMapName(user, 'ScriptReference', configMap.name);
    return Volume.fromConfigMap(user, 'ScriptVolume', reference, { name: 'work-queue-script', defaultMode: 0o555 });
  }
}

function checked(context: string, command: string[]): string[] {
  for (const part of command) {
    if (typeof part !== 'string') {
      throw synthError(
        context,
        `${JSON.stringify(part)} is not a string`,
        'The command and its arguments must be strings.',
      );
    }
    const reason = whyNoArgument(part);
    if (reason) {
      throw synthError(context, `${JSON.stringify(shortened(part))} ${reason}`, 'Pass such data in the item.');
    }
  }
  const ofItem = placeholderIn(command[0]);
  if (ofItem !== undefined) {
    throw synthError(
      context,
      `the command is ${JSON.stringify(command[0])}, which contains ${ofItem}, so each item would be another program`,
      `Name the program, and pass the item as an argument, such as Program.command('/app/render', ${ofItem}).`,
    );
  }
  requireNoItemInScript(context, command);
  return command;
}

/**
 * Requires that the command is not a whole command line, as a shell would read it. The name of a program may contain
 * spaces, but hardly without a path, and hardly one that looks like an argument.
 */
function requireOneWord(command: string): void {
  const line = command.includes('/') ? /[^/]*\s[^/]*$|\s[-/]/ : /\s/;
  if (!line.test(command)) return;
  const words = command
    .trim()
    .split(/\s+/)
    .map((word) => `'${word}'`);
  throw synthError(
    'Program.command',
    `the command is ${JSON.stringify(shortened(command))}, but no shell splits it into words`,
    `Write Program.command(${words.join(', ')}). If it is the path of a program, write Program.command('env', PATH).`,
  );
}

/** Requires that no item becomes a part of a script, because then it would run as code. */
function requireNoItemInScript(context: string, command: string[]): void {
  const found = inlineScripts(command).find(({ word }) => placeholderIn(command[word] ?? '') !== undefined);
  if (!found) return;
  const { interpreter, argument } = found;
  const ofItem = placeholderIn(command[found.word]);
  const hint = isShell(interpreter)
    ? `Put it after the script: Program.command('${interpreter}', '-c', 'render "$1"', '${interpreter}', ${ofItem}).`
    : `Put it after the script, which then reads it as ${argument}.`;
  const script = JSON.stringify(shortened(command[found.word]));
  const problem = `the script ${script} of ${interpreter} contains ${ofItem}, so each item would run as code`;
  throw synthError(context, problem, hint);
}

function shortened(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}
