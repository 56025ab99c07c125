import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import type { Attempt } from './attempts';
import { ACROSS, CHART, fine, svg, timeAxis, timeScale, yAxis } from './chart';
import { type Html, html } from './html';
import type { RunCourse } from './run-course';
import { table } from './table';
import { count, since } from './words';

const HEIGHT = 180;
const BOTTOM = CHART.top + HEIGHT;

/** More points could not be told apart. */
const MAX_POINTS = 2 * CHART.width;

const TABLE_ROWS = 12;

/** How many items are at work from a time on. */
interface Level {
  readonly time: number;
  readonly items: number;
}

/** How many items were at work at each time. */
export function atWorkChart(course: RunCourse): Html {
  const { start, end, history } = course;
  const levels = levelsOf(course.attempts);
  const most = levels.reduce((max, { items }) => Math.max(max, items), 0);
  const x = timeScale(end - start);
  const y = scaleLinear([0, Math.max(1, most, history.parallelism)], [BOTTOM, CHART.top]).nice(4);
  const ticks = y.ticks(4).filter(Number.isInteger);
  const shape = area<Level>(
    ({ time }) => fine(x(time - start)),
    BOTTOM,
    ({ items }) => fine(y(items)),
  ).curve(curveStepAfter);
  const limit = fine(y(history.parallelism));
  const mean = meanOf(levels);
  const description = `On average, ${count(mean, 'item')} at work, at most ${most}; up to ${count(history.parallelism, 'pod')} may work at the same time (dashed line).`;
  const content = html`${timeAxis(x, BOTTOM)}${yAxis(ticks, y, 'items at work')}
<path class="work" d="${shape(thinned(levels, start, end)) ?? ''}"/>
<line class="limit" x1="${ACROSS[0]}" x2="${ACROSS[1]}" y1="${limit}" y2="${limit}"/>`;
  return html`<figure><div class="chart">
${svg({ id: 'at-work', title: 'Items at work', description }, BOTTOM + CHART.bottom, content)}
</div><figcaption>${description}</figcaption>
${asTable(course, levels)}</figure>`;
}

function levelsOf(attempts: readonly Attempt[]): Level[] {
  const changes = attempts.flatMap(({ start, end }) => [
    { time: start, by: 1 },
    { time: end, by: -1 },
  ]);
  let items = 0;
  return changes
    .sort((a, b) => a.time - b.time || a.by - b.by)
    .map(({ time, by }) => {
      items += by;
      return { time, items };
    });
}

/** Of the levels that are as close as a point, the highest and the last one. */
function thinned(levels: readonly Level[], start: number, end: number): Level[] {
  if (levels.length <= MAX_POINTS) return [...levels];
  const width = (end - start) / (MAX_POINTS / 2);
  const points: Level[] = [];
  for (let from = 0; from < levels.length; ) {
    const limit = levels[from].time + width;
    let to = from;
    let highest = levels[from];
    for (; to < levels.length && levels[to].time < limit; to++) {
      if (levels[to].items > highest.items) highest = levels[to];
    }
    const last = levels[to - 1];
    points.push(...(highest === last ? [last] : [highest, last]));
    from = to;
  }
  return points;
}

function meanOf(levels: readonly Level[]): number {
  const [first, last] = [levels[0], levels[levels.length - 1]];
  if (!first || last.time === first.time) return 0;
  let sum = 0;
  for (let n = 1; n < levels.length; n++) sum += levels[n - 1].items * (levels[n].time - levels[n - 1].time);
  return sum / (last.time - first.time);
}

function asTable(course: RunCourse, levels: readonly Level[]): Html {
  const step = (course.end - course.start) / TABLE_ROWS;
  let n = 0;
  const rows = Array.from({ length: TABLE_ROWS }, (_, row) => {
    const time = course.start + row * step;
    while (n < levels.length && levels[n].time <= time) n++;
    return [since(course, time), levels[n - 1]?.items ?? 0];
  });
  const content = table({ caption: 'Items at work', heads: ['time since the start', 'items at work'], rows });
  return html`<details><summary>These figures as a table</summary>${content}</details>`;
}
