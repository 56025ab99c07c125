import { posix } from 'node:path';
import { CONFIG_MAP_BYTES } from '../../manifest/config-map';
import { readBytes } from '../../validation/read-file';
import { synthError } from '../../validation/synth-error';
import { isShell } from './interpreters';

/** Returns the content of a script, if the interpreter, or else the kernel, can run it. */
export function readScript(context: string, file: string, interpreter: readonly string[]): Buffer {
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
  const command = interpreter.length > 0 ? interpreter : firstLineCommand(context, content);
  const shell = command.find(isShell);
  if (shell !== undefined) requireUnixLines(context, content, posix.basename(shell));
  return content;
}

/** Returns the command in the first line, from which the kernel learns how to run the script. */
function firstLineCommand(context: string, content: Buffer): string[] {
  const [line] = content.subarray(0, 1024).toString('latin1').split('\n');
  if (!line.startsWith('#!')) {
    throw synthError(
      context,
      'the script does not begin with "#!", and no interpreter is given',
      "Set interpreter, for example to ['python3'], or begin it with #!, such as #!/usr/bin/env python3.",
    );
  }
  const command = line.slice(2).trim().split(/\s+/);
  if (line.endsWith('\r')) {
    const otherwise = command.some(isShell) ? '' : ", or set interpreter, for example to ['python3']";
    throw synthError(
      context,
      `the first line is ${JSON.stringify(line)}; because of its Windows line ending, no system finds the interpreter`,
      `Save the script with Unix line endings (LF)${otherwise}.`,
    );
  }
  return command;
}

/**
 * Requires that most lines end with LF alone. A few that end with CRLF may be meant, such as those of a here-document.
 * Shells take the CR as a part of the last word. Python, Perl, Ruby and Node.js ignore it.
 */
function requireUnixLines(context: string, content: Buffer, shell: string): void {
  const text = content.toString('latin1');
  const lines = text.split('\n').length - 1;
  const windowsLines = text.split('\r\n').length - 1;
  if (windowsLines * 2 <= lines) return;
  throw synthError(
    context,
    `${windowsLines} of its ${lines} lines end with a Windows line ending (CRLF), and for ${shell} the CR is a part of ` +
      'the last word of a line',
    'Save the script with Unix line endings (LF).',
  );
}
