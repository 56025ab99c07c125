import { plural } from '../../lib/programs/runtime/log';
import { visible } from '../../lib/programs/runtime/visible';
import type { RunState } from '../run-state/run-state';
import { columns } from '../terminal/table';
import { agoWords } from './run-words';

/** All runs, a line each. */
export function runsTable(states: readonly RunState[]): string[] {
  const header = ['RUN', 'STATE', 'ITEMS', 'DONE', 'DEAD', 'AGE', 'LEFT OF IT'];
  return columns([header, ...states.map(row)]);
}

function row(state: RunState): string[] {
  const { run, phase, items, worker, seeder, time } = state;
  const number = (count: number | undefined) => (count === undefined ? '?' : String(count));
  const began = seeder?.created ?? worker?.created ?? time;
  return [
    visible(run),
    phase,
    String(items.total),
    number(items.done),
    number(items.dead),
    agoWords(began, time),
    leftOf(state),
  ];
}

/** What exists of a run: `2 Jobs, 6 queues`. */
function leftOf({ seeder, worker, formerWorkers, queues }: RunState): string {
  const jobs = [seeder, worker].filter((job) => job !== undefined).length + formerWorkers.length;
  return `${plural(jobs, 'Job')}, ${queues === undefined ? '? queues' : plural(queues.length, 'queue')}`;
}
