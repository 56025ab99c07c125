import { duration, oneLine } from '../../lib/programs/runtime/log';
import { shortened, visible } from '../../lib/programs/runtime/visible';
import { type DeadLetter, textOf } from '../dead-letters/dead-letter';
import { columns } from '../terminal/table';

/** How much of the last line of standard error a table shows. */
const MAX_STDERR = 100;

/** Dead letters, a line each. */
export function deadLettersTable(letters: readonly DeadLetter[]): string[] {
  const header = ['ITEM', 'TEXT', 'REASON', 'ATTEMPTS', 'EXIT CODE', 'POD', 'LAST LINE OF STANDARD ERROR'];
  return columns([header, ...letters.map(row)]);
}

function row(letter: DeadLetter): string[] {
  const { item, reason, attempts, exitCode, pod = '', stderr = '' } = letter;
  const lastLine = stderr.trimEnd().split('\n').pop() ?? '';
  return [
    String(item),
    visible(textOf(letter)),
    oneLine(reason),
    attempts === undefined ? '' : String(attempts),
    exitCode === undefined ? '' : String(exitCode),
    visible(pod),
    visible(shortened(lastLine, MAX_STDERR)),
  ];
}

/** One dead letter in full, line by line. */
export function deadLetterLines(letter: DeadLetter): string[] {
  const { item, body, reason, exitCode, signal, attempts, pod, seconds, stderr, generation } = letter;
  const facts: [string, string | undefined][] = [
    ['Item', String(item)],
    ['Reason', oneLine(reason)],
    ['Exit code', exitCode?.toString()],
    ['Signal', signal?.toString()],
    ['Attempts', attempts?.toString()],
    ['Last attempt', seconds === undefined ? undefined : duration(seconds * 1000)],
    ['Pod', pod === undefined ? undefined : visible(pod)],
    ['Retry', generation === 0 ? undefined : String(generation)],
  ];
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : [`${`${name}:`.padEnd(14)}${value}`]));
  return [
    ...lines,
    ...block('The item', body.toString()),
    ...(stderr === undefined ? [] : block('The end of standard error', stderr)),
  ];
}

function block(title: string, text: string): string[] {
  const lines = visible(text.replace(/\n$/, ''), { lines: true }).split('\n');
  return ['', title, ...lines.map((line) => `  ${line}`)];
}
