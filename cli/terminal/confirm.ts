import { createInterface } from 'node:readline';
import { CommandError } from '../system/command-error';

/** Where a person is asked. */
interface QuestionIo {
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborts on Ctrl-C. */
  readonly interrupt: AbortSignal;
}

/**
 * Whether a person says yes to a question, or has said so with `--yes`. Rejects if there is nobody to ask, and after Ctrl-C.
 *
 * @param isYes the value of `--yes`
 */
export async function confirm(io: QuestionIo, question: string, isYes: boolean): Promise<boolean> {
  if (isYes) return true;
  const { stdin, stderr, interrupt } = io;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new CommandError(
      'The command asks before it changes anything, and there is no terminal to ask on. If you want it without a question, give --yes',
    );
  }
  stderr.write(`${question} [y/N] `);
  const answer = await readLine(stdin, interrupt);
  if (answer === undefined) stderr.write('\n');
  interrupt.throwIfAborted();
  return /^\s*y(es)?\s*$/i.test(answer ?? '');
}

/** A line, or nothing at the end of the input and after Ctrl-C. */
function readLine(stdin: NodeJS.ReadStream, interrupt: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: stdin, terminal: false });
  return new Promise<string | undefined>((resolve) => {
    if (interrupt.aborted) resolve(undefined);
    interrupt.addEventListener('abort', () => resolve(undefined));
    lines.once('line', resolve);
    lines.once('close', () => resolve(undefined));
  }).finally(() => lines.close());
}
