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

/** Options for `Program.script`. */
export interface ScriptOptions {
  /**
   * The command that runs the script, such as `['python3', '-u']`. The image must have it.
   *
   * @default - the script is run directly: its first line must name its interpreter after `#!`
   */
  readonly interpreter?: string[];

  /**
   * Arguments after the script's path. They reach the script as they are: no shell and no `$(NAME)` is expanded. `Program.ITEM`
   * in them stands for the item.
   *
   * @default - none
   */
  readonly args?: string[];
}

/**
 * The program that a worker runs, once for each attempt of an item. It needs to know nothing of queues, and has done the item
 * when it ends with 0.
 *
 * It reads the item on its standard input; with `Program.ITEM` among its arguments, it has it there too, with
 * `Program.ITEM_FILE` as a file, and with `itemVariable` of `CoarseWorkerJob` in a variable.
 */
export class Program {
  /**
   * Stands for the item in an argument of the program, alone or inside: `--input=${Program.ITEM}`. The program gets the item
   * byte for byte; no shell expands it. So do not put it into a script of `sh -c`, where it would become part of the script;
   * put it after: `Program.command('sh', '-c', 'render "$1"', 'sh', Program.ITEM)`.
   *
   * An argument of a Linux process has at most 131,071 bytes and no NUL. An item that is too long is an error at synth where the
   * queue knows its items, as a `QueueSeeder` does; else, and with a NUL, it becomes a dead letter at once.
   */
  public static readonly ITEM: string = ITEM_PLACEHOLDER;

  /** The path of a file that holds the item as long as the program runs on it. The program can read it, but not keep it. */
  public static readonly ITEM_FILE: string = `${MountPath.SHARED_VOLUME}/${SharedVolume.ITEM}`;

  /**
   * A command that the worker's image has.
   *
   * @param command a path in the image, or a name that is on its PATH
   * @param args arguments; they reach the command as they are: no shell and no `$(NAME)` is expanded. `Program.ITEM` in them
   * stands for the item
   * @throws where the command is empty or has `Program.ITEM` in it, or a part of it cannot be an argument of a Linux process: it
   * holds a NUL or half of a surrogate pair, has more than 131,071 bytes, or is no text
   */
  public static command(command: string, ...args: string[]): Program {
    if (typeof command !== 'string' || command.trim() === '') {
      throw new Error(
        `Program.command: the command is ${JSON.stringify(command)}. Name what the worker's image shall run, such as ` +
          "Program.command('/app/render', '--fast').",
      );
    }
    return new Program(checked('Program.command', [command, ...args]));
  }

  /**
   * A script on this machine. Its content becomes part of the manifest, so the image needs only what runs it.
   *
   * @param file the path of the script, from the working directory of the synth; at most 188,000 bytes
   * @param options how the script is run
   * @throws where the script cannot be read, is empty or too large, or does not say what runs it; where its first line, which
   * does, ends as on Windows; where a part of the interpreter is empty, or it or an argument cannot be an argument of a Linux
   * process, see `Program.command`
   */
  public static script(file: string, options: ScriptOptions = {}): Program {
    const context = `Program.script('${file}')`;
    const content = readScript(context, file);
    const { interpreter = [], args = [] } = options;
    if (interpreter.length === 0) requireFirstLine(context, content);
    if (interpreter.some((part) => typeof part === 'string' && part.trim() === '')) {
      throw new Error(
        `${context}: interpreter is ${JSON.stringify(interpreter)}, with an empty part. Leave the part out.`,
      );
    }
    // The keys of a ConfigMap, which do not begin with two dots either. IsConfigMapKey in
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
   * The command as `command` in a Pod takes it.
   *
   * @internal
   */
  public _command(): string[] {
    return this.command.map(unexpanded);
  }

  /**
   * Where the item stands in the command; nothing where it does not.
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
    throw new Error(`${context}: the script is empty. Every item would count as done without having been looked at.`);
  }
  if (content.length > CONFIG_MAP_BYTES) {
    throw new Error(
      `${context}: the script has ${content.length} bytes; at most ${CONFIG_MAP_BYTES} fit into a ConfigMap. Put it into ` +
        'an image and use Program.command.',
    );
  }
  return content;
}

/** What the kernel reads to run a script directly. */
function requireFirstLine(context: string, content: Buffer): void {
  const [line] = content.subarray(0, 1024).toString('latin1').split('\n');
  if (!line.startsWith('#!')) {
    throw new Error(
      `${context}: the script does not begin with "#!", and no interpreter is given. Pass one, such as ` +
        "{ interpreter: ['python3'] }, or let the first line be such as #!/usr/bin/env python3.",
    );
  }
  if (line.endsWith('\r')) {
    throw new Error(
      `${context}: the first line is ${JSON.stringify(line)}, with a line end of Windows, and no system has an interpreter of ` +
        "that name. Save the script with line ends of Unix (LF), or pass what runs it, such as { interpreter: ['sh'] }.",
    );
  }
}

function checked(context: string, command: string[]): string[] {
  for (const part of command) {
    if (typeof part !== 'string') {
      throw new Error(
        `${context}: ${JSON.stringify(part)} is no text, as a command and its arguments are. Write it as one.`,
      );
    }
    const cannot = whyNoArgument(part);
    if (cannot) {
      throw new Error(`${context}: ${JSON.stringify(shortened(part))} ${cannot}. Pass such data in the item.`);
    }
  }
  if (command[0].includes(Program.ITEM)) {
    throw new Error(
      `${context}: the command is ${JSON.stringify(command[0])}, with Program.ITEM in it, so every item would be another ` +
        "program. Name the program, and let the item be an argument, such as Program.command('/app/render', Program.ITEM).",
    );
  }
  return command;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
