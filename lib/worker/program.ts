import { basename } from 'node:path';
import { ApiObject } from 'cdk8s';
import { ConfigMap, Volume } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { ITEM_PLACEHOLDER, type ItemArguments } from '../contract/item-arguments';
import { MountPath } from '../contract/mount-paths';
import { SharedVolume } from '../contract/shared-volume';
import { CONFIG_MAP_BYTES, ContentConfigMap } from '../manifest/config-map';
import { pathLabel } from '../manifest/path-label';
import { unexpanded } from '../manifest/unexpanded';
import { whyNoArgument } from '../validation/argument';
import { readBytes } from '../validation/read-file';
import { synthError } from '../validation/synth-error';

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
   * expanded. `Program.ITEM` in them stands for the item.
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
 * `Program.ITEM`, as the file `Program.ITEM_FILE`, and in a variable if `itemVariable` of `CoarseWorkerJob` is set.
 */
export class Program {
  /**
   * Stands for the item in an argument of the program, as the whole argument or as a part of it:
   * `--input=${Program.ITEM}`. The program gets the item byte for byte; no shell expands it.
   *
   * Do not put it into the script of `sh -c`, because the item would become part of the script. Put it after the
   * script: `Program.command('sh', '-c', 'render "$1"', 'sh', Program.ITEM)`.
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
   * Runs a command of the worker's image.
   *
   * @param command a path in the image, or a name that is on its PATH
   * @param args arguments; they reach the command unchanged: no shell reads them, and no `$(NAME)` is expanded.
   * `Program.ITEM` in them stands for the item
   * @throws if any of these is true:
   * - The command is empty, or it contains `Program.ITEM`.
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
   * - A part of the interpreter is empty.
   * - A part of the interpreter, or an argument, cannot be an argument of a Linux process, see `Program.command`.
   */
  public static script(file: string, options: ScriptOptions = {}): Program {
    const context = `Program.script('${file}')`;
    const content = readScript(context, file);
    const { interpreter = [], args = [] } = options;
    if (interpreter.length === 0) requireFirstLine(context, content);
    if (interpreter.some((part) => typeof part === 'string' && part.trim() === '')) {
      throw synthError(
        context,
        `interpreter is ${JSON.stringify(interpreter)}, which contains an empty part`,
        'Remove the empty part.',
      );
    }
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
   * Where the item occurs in the command, or undefined if it does not.
   *
   * @internal
   */
  public _itemArguments(): ItemArguments | undefined {
    if (!this.command.some((part) => part.includes(Program.ITEM))) return undefined;
    return this.command.map((part) => (part.includes(Program.ITEM) ? part.split(Program.ITEM) : null));
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

function readScript(context: string, file: string): Buffer {
  const content = readBytes(context, file, 'script');
  if (content.length === 0) {
    throw synthError(
      context,
      'the script is empty, so every item would count as done without being processed',
      'Write the script, or pass the path of another one.',
    );
  }
  if (content.length > CONFIG_MAP_BYTES) {
    throw synthError(
      context,
      `the script has ${content.length} bytes; at most ${CONFIG_MAP_BYTES} bytes fit into a ConfigMap`,
      'Put the script into an image, and use Program.command.',
    );
  }
  return content;
}

/** Requires a first line from which the kernel learns how to run the script. */
function requireFirstLine(context: string, content: Buffer): void {
  const [line] = content.subarray(0, 1024).toString('latin1').split('\n');
  if (!line.startsWith('#!')) {
    throw synthError(
      context,
      'the script does not begin with "#!", and no interpreter is given',
      "Pass an interpreter, such as { interpreter: ['python3'] }, or begin it with #!, such as #!/usr/bin/env python3.",
    );
  }
  if (line.endsWith('\r')) {
    throw synthError(
      context,
      `the first line is ${JSON.stringify(line)}; because of its Windows line ending, no system finds the interpreter`,
      "Save the script with Unix line endings (LF), or pass an interpreter, such as { interpreter: ['sh'] }.",
    );
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
  if (command[0].includes(Program.ITEM)) {
    throw synthError(
      context,
      `the command is ${JSON.stringify(command[0])}, which contains Program.ITEM, so each item would be another program`,
      "Name the program, and pass the item as an argument, such as Program.command('/app/render', Program.ITEM).",
    );
  }
  return command;
}

function shortened(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}
