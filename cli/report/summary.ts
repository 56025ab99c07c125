import { duration } from '../../lib/programs/runtime/log';
import { data, type Html, html } from './html';
import type { RunCourse } from './run-course';
import { clock, count, percent } from './words';

/** The run in figures. */
export function summary(course: RunCourse): Html {
  const { history, attempts, done, dead, makespan } = course;
  const running = attempts.filter(({ outcome }) => outcome === 'running').length;
  const open = history.items - done - dead.length;
  const pods = course.lanes.lanes.reduce((sum, lane) => sum + lane.pods.length, 0);
  const share = history.itemsPerPod === undefined ? 'a pool' : `itemsPerPod ${history.itemsPerPod}`;
  const facts: [string, string][] = [
    ['items', history.items.toLocaleString('en-US')],
    ['done', `${done.toLocaleString('en-US')} (${percent(done / history.items || 0)})`],
    ['dead letters', dead.length.toLocaleString('en-US')],
    [
      'open',
      running === 0
        ? String(open)
        : `${open.toLocaleString('en-US')}, of which ${running.toLocaleString('en-US')} at work`,
    ],
    ...retries(course),
    ['attempts', attempts.length.toLocaleString('en-US')],
    ['pods', `${pods.toLocaleString('en-US')} (parallelism ${history.parallelism}, ${share})`],
    ['from first to last item', duration(makespan)],
    ['pods busy with items', percent(busyShare(course))],
  ];
  return html`<p class="verdict">${data(history.verdict ?? (open > 0 ? 'not over' : 'all items settled'))}</p>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p>From ${clock(course.start)} to ${clock(course.end)}. History read at ${clock(Date.parse(history.until))}.</p>
${missing(course)}`;
}

function retries({ history }: RunCourse): [string, string][] {
  const { retries = [] } = history;
  const items = retries.reduce((sum, retry) => sum + retry.items, 0);
  return retries.length === 0 ? [] : [['retries', `${retries.length} (${count(items, 'item')})`]];
}

/** Which part of the pods' time an item was at work. */
function busyShare({ attempts, lanes }: RunCourse): number {
  const work = attempts.reduce((sum, { start, end }) => sum + end - start, 0);
  const time = lanes.lanes.flatMap(({ pods }) => pods).reduce((sum, { start, end }) => sum + end - start, 0);
  return time === 0 ? 0 : Math.min(1, work / time);
}

/** What the history lacks, so that nobody takes it for whole. */
function missing({ history, attempts, dead }: RunCourse): Html[] {
  const { events, pods } = history;
  const shown = new Set(attempts.filter(({ outcome }) => outcome === 'dead').map(({ number }) => number));
  const unseen = dead.filter(({ number }) => !shown.has(number)).length;
  const notes = [
    events.length === 0 &&
      'This history has no events, because the broker has no streams or no longer has those of this run. Failed and interrupted attempts are missing.',
    !pods && 'This history does not have the pods, so each pod is shown from its first attempt to its last one.',
    events.length > 0 &&
      unseen > 0 &&
      `The events do not have the last attempt of ${count(unseen, 'dead letter')}: the program did not run, or the broker no longer has these events.`,
  ];
  return notes.filter((note) => note !== false).map((note) => html`<p class="note">${note}</p>`);
}
