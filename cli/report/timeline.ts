import { duration } from '../../lib/programs/runtime/log';
import { visible } from '../../lib/programs/runtime/visible';
import type { AttemptOutcome } from './attempts';
import { type Bar, barsOf } from './bars';
import { CHART, fine, joined, svg, type TimeScale, timeAxis, timeScale } from './chart';
import { type Html, html, json } from './html';
import type { Lane } from './lanes';
import type { RunCourse } from './run-course';
import { attemptText, count, itemName, since } from './words';

const OUTCOMES: readonly (readonly [AttemptOutcome, string])[] = [
  ['done', 'done'],
  ['failed', 'failed, tried again'],
  ['dead', 'failed, a dead letter'],
  ['interrupted', 'interrupted: the end is not known'],
  ['running', 'at work'],
];

/** A lane has more room if there are few of them. */
const LANE_HEIGHTS = [
  { lanes: 24, height: 20 },
  { lanes: 60, height: 14 },
  { lanes: 200, height: 7 },
  { lanes: Infinity, height: 4 },
] as const;

/** The first room for the lanes, and for their labels. */
const LABELLED_HEIGHT = 14;
const LABEL_CHARACTERS = 13;

/** Seen without colour, too. */
const HATCH = html`<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6"/><path d="M0 6L6 0"/></pattern></defs>`;

/** A lane for each pod, a bar for each attempt. */
export function timeline(course: RunCourse): Html {
  const { lanes } = course.lanes;
  const lane = LANE_HEIGHTS.find((step) => lanes.length <= step.lanes)?.height ?? 4;
  const bottom = CHART.top + Math.max(1, lanes.length) * lane + 4;
  const scale = timeScale(course.end - course.start);
  const bars = barsOf(course, scale);
  const text = { id: 'timeline', title: 'Timeline of the run', description: descriptionOf(course) };
  const content = html`${HATCH}${timeAxis(scale, bottom)}
${podSpans(course, scale, lane)}
${disturbances(course, scale, bottom)}
<g class="bars">${joined(bars.map((bar) => rect(bar, lane)))}</g>
<rect class="cursor" width="0" height="0"/>
${lane >= LABELLED_HEIGHT ? labels(lanes, lane) : undefined}`;
  return html`<figure class="explorable">
${legend(course)}
<div class="chart" tabindex="0" role="group" aria-label="Timeline. The arrow keys go from attempt to attempt.">
${svg(text, bottom + CHART.bottom, content)}
</div>
<output class="readout" aria-live="polite">Point at a bar, or press an arrow key in the timeline, to read about an attempt.</output>
<figcaption>${text.description}</figcaption>
<script type="application/json" class="bars-text">${json(bars.map((bar) => [bar.lane, barText(course, bar)]))}</script>
</figure>`;
}

function rect({ lane, x, width, outcome }: Bar, height: number): string {
  // Not by the colour alone: what failed fills the lane.
  const inset = outcome === 'done' || outcome === 'running' ? height * 0.2 : height * 0.04;
  const y = fine(CHART.top + lane * height + inset);
  return `<rect class="${outcome}" x="${fine(x)}" y="${y}" width="${fine(width)}" height="${fine(height - 2 * inset)}"/>`;
}

function podSpans({ lanes, start }: RunCourse, scale: TimeScale, height: number): Html {
  const spans = lanes.lanes.flatMap(({ pods }, lane) =>
    pods.map((pod) => {
      const x = scale(pod.start - start);
      const [top, width] = [CHART.top + lane * height, Math.max(1, scale(pod.end - start) - x)];
      return `<rect class="pod" x="${fine(x)}" y="${fine(top + height * 0.1)}" width="${fine(width)}" height="${fine(height * 0.8)}"/>`;
    }),
  );
  return joined(spans);
}

function disturbances(course: RunCourse, scale: TimeScale, bottom: number): Html[] {
  return course.disturbances.map(({ start, end, kind, text }) => {
    const x = scale(start - course.start);
    const width = Math.max(2, scale(end - course.start) - x);
    const title = `${text}, ${since(course, start)} to ${since(course, end)}`;
    return html`<rect class="${kind}" x="${fine(x)}" y="${CHART.top}" width="${fine(width)}" height="${bottom - CHART.top}"><title>${title}</title></rect>`;
  });
}

/** The names of the pods, without what all of them have in common. */
function labels(lanes: readonly Lane[], height: number): Html[] {
  const names = lanes.map(({ pods }) => (pods.length === 1 ? pods[0].name : ''));
  const common = commonStart(names.filter((name) => name !== ''));
  return names.map((name, lane) => {
    const y = fine(CHART.top + lane * height + height / 2 + 4);
    return html`<text x="${CHART.left - 8}" y="${y}" text-anchor="end">${labelOf(name, lane, common)}</text>`;
  });
}

function labelOf(name: string, lane: number, common: number): string {
  if (name === '') return String(lane + 1);
  const label = visible(name.slice(common));
  return label.length > LABEL_CHARACTERS ? `…${label.slice(1 - LABEL_CHARACTERS)}` : label;
}

function commonStart(names: readonly string[]): number {
  if (names.length < 2) return 0;
  const [first] = names;
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) length++;
  return first.lastIndexOf('-', length) + 1;
}

function barText(course: RunCourse, { attempts }: Bar): string {
  const [first] = attempts;
  if (attempts.length === 1) return visible(attemptText(course, first));
  const last = attempts[attempts.length - 1];
  const times = `${since(course, first.start)} to ${since(course, last.end)}`;
  const what = `${count(attempts.length, 'attempt')} ${first.outcome}, ${times}, pod ${first.pod}`;
  return visible(`${what}: ${itemName(course, first.number)} to ${itemName(course, last.number)}`);
}

function legend({ attempts, disturbances }: RunCourse): Html {
  const found = new Set<string>([...attempts.map(({ outcome }) => outcome), ...disturbances.map(({ kind }) => kind)]);
  const all = [...OUTCOMES, ['gap', 'nothing at work'], ['fault', 'fault'], ['retry', 'items retried']] as const;
  const entries = [...all.filter(([name]) => found.has(name)), ['pod', 'pod'] as const];
  const swatch = (name: string) =>
    html`<svg class="swatch" width="16" height="12" aria-hidden="true"><rect class="${name}" width="16" height="12"/></svg>`;
  return html`<ul class="legend">${entries.map(([name, text]) => html`<li>${swatch(name)} ${text}</li>`)}</ul>`;
}

function descriptionOf({ attempts, lanes, start, end }: RunCourse): string {
  const pods = lanes.lanes.reduce((sum, lane) => sum + lane.pods.length, 0);
  const shared =
    pods > lanes.lanes.length ? `; pods that follow each other share one of ${lanes.lanes.length} lanes` : '';
  const failed = attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'dead').length;
  const interrupted = attempts.filter(({ outcome }) => outcome === 'interrupted').length;
  const parts = [`${count(failed, 'attempt')} failed`, `${interrupted.toLocaleString('en-US')} interrupted`];
  return `${count(attempts.length, 'attempt')} in ${count(pods, 'pod')} over ${duration(end - start)}${shared}. ${parts.join(', ')}.`;
}
