import { duration, plural } from '../../lib/programs/runtime/log';
import { visible } from '../../lib/programs/runtime/visible';
import { isOver, type RunState } from '../run-state/run-state';
import { lastLines } from '../system/last-lines';
import { progressBar } from '../terminal/progress-bar';
import type { Line } from '../terminal/spans';
import { padded, widthOf } from '../terminal/width';
import { phaseStyle } from './run-line';
import { agoWords, countWords, itemName, paceWords } from './run-words';

const BAR_COLUMNS = 30;

/** How many dead letters a screen has. */
const MAX_DEAD = 5;

/** How many lines of standard error a failure has. */
const STDERR_LINES = 2;

/** All that is known of a run, for `status` and `watch`. */
export function runScreen(state: RunState): Line[] {
  const sections: readonly Line[][] = [
    head(state),
    section('At work, the slowest first', atWork(state)),
    section('Stuck pods', stuck(state)),
    section('Last failures', failures(state), state.lastFailures.map(stderrLines)),
    section(deadTitle(state), deadLetters(state)),
  ];
  return sections.flat();
}

/** A run as a line with a bar, for `watch` of all runs. */
export function barLine(state: RunState, nameColumns: number): Line {
  const words = isOver(state) ? (state.verdict ?? '') : countWords(state.items);
  const pace = paceWords(state);
  return [
    { text: `${padded(visible(state.run), nameColumns)} `, style: 'bold' },
    ...bar(state),
    { text: ` ${visible(words)}`, style: phaseStyle(state) },
    { text: pace && `; ${pace}`, style: 'dim' },
  ];
}

function head(state: RunState): Line[] {
  const { run, queue, phase, worker, seeder, items, time, verdict, note, formerWorkers } = state;
  const began = worker?.created ?? seeder?.created;
  const age = began === undefined ? '' : `  for ${agoWords(began, worker?.finished ?? time)}`;
  const pace = paceWords(state);
  const lines: Line[] = [
    [
      { text: visible(run), style: 'bold' },
      { text: '  ' },
      { text: phase, style: phaseStyle(state) },
      { text: age, style: 'dim' },
    ],
    [...bar(state), { text: ` ${countWords(items)}` }],
  ];
  if (pace !== '') lines.push([{ text: pace }]);
  if (verdict !== undefined) lines.push([{ text: visible(verdict), style: phaseStyle(state) }]);
  if (queue !== run) lines.push([{ text: `Queue ${visible(queue)}`, style: 'dim' }]);
  if (worker) lines.push([{ text: workerWords(worker), style: 'dim' }]);
  if (seeder && seeder.outcome !== 'Complete') {
    lines.push([{ text: `Seeder ${seeder.name}: ${seeder.outcome ?? `${seeder.active} active`}`, style: 'dim' }]);
  }
  if (formerWorkers.length > 0) {
    lines.push([{ text: `Older worker Jobs on the same queue: ${formerWorkers.join(', ')}`, style: 'dim' }]);
  }
  if (note !== undefined) lines.push([{ text: visible(note), style: 'yellow' }]);
  return lines;
}

function workerWords(worker: NonNullable<RunState['worker']>): string {
  const { kind, name, completions, parallelism, active, succeeded, failed } = worker;
  const pods = `${plural(active, 'pod')} active of at most ${parallelism}, ${succeeded} succeeded, ${failed} failed`;
  return kind === 'WorkerPool' ? `Pool ${name}: ${pods}` : `Job ${name}: ${pods}; ${completions} completions`;
}

function bar({ items }: RunState): Line {
  const { total, done = 0, dead = 0, atWork = 0 } = items;
  const parts = [
    { count: done, character: '█', style: 'green' },
    { count: dead, character: 'x', style: 'red' },
    { count: atWork, character: '▒', style: 'cyan' },
  ] as const;
  return progressBar(parts, total, BAR_COLUMNS);
}

/**
 * Rows with their cells in columns, below a title. Nothing if there are no rows.
 *
 * @param details the lines below each row
 */
function section(
  title: string,
  rows: readonly (readonly string[])[],
  details: readonly (readonly string[])[] = [],
): Line[] {
  if (rows.length === 0) return [];
  const widths = rows[0].map((_, n) => Math.max(...rows.map((row) => widthOf(row[n]))));
  const lines = rows.flatMap((row, number): Line[] => [
    [{ text: `  ${row.map((cell, n) => padded(cell, widths[n])).join('  ')}` }],
    ...(details[number] ?? []).map((text): Line => [{ text: `    ${text}`, style: 'dim' }]),
  ]);
  return [[{ text: '' }], [{ text: title, style: 'bold' }], ...lines];
}

function atWork({ slowest }: RunState): string[][] {
  return slowest.map((item) => [
    itemName(item),
    duration(item.seconds * 1000),
    `attempt ${item.attempt}`,
    visible(item.pod),
  ]);
}

function stuck({ stuckPods }: RunState): string[][] {
  return stuckPods.map(({ pod, seconds, reason }) => [pod, duration(seconds * 1000), visible(reason)]);
}

function failures({ lastFailures, time }: RunState): string[][] {
  return lastFailures.map((failure) => [
    itemName(failure),
    `attempt ${failure.attempt}`,
    visible(failure.reason),
    `${agoWords(failure.time, time)} ago`,
    visible(failure.pod),
  ]);
}

function stderrLines({ stderr }: RunState['lastFailures'][number]): string[] {
  return lastLines(stderr, STDERR_LINES).map((line) => visible(line));
}

function deadTitle({ items, deadLetters }: RunState): string {
  const count = items.dead ?? deadLetters.length;
  return count > MAX_DEAD ? `Dead letters, the first ${MAX_DEAD} of ${count}` : 'Dead letters';
}

function deadLetters({ deadLetters: dead }: RunState): string[][] {
  return dead.slice(0, MAX_DEAD).map(({ item, description }) => [`item ${item} ${visible(description)}`]);
}
