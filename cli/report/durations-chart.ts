import { bin, max, min, quantileSorted } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { duration } from '../../lib/programs/runtime/log';
import { ACROSS, CHART, fine, svg, tickLabel, xAxis, yAxis } from './chart';
import { type Html, html } from './html';
import type { RunCourse } from './run-course';
import { table } from './table';
import { count } from './words';

const HEIGHT = 180;
const BOTTOM = CHART.top + HEIGHT;
const BINS = 40;
const QUANTILES = [
  { share: 0.5, name: 'median' },
  { share: 0.9, name: '90 %' },
  { share: 0.99, name: '99 %' },
];

/** From this ratio on, short durations could not be told apart on a linear scale. */
const WIDE = 50;

interface Durations {
  /** In seconds, ascending. */
  readonly done: readonly number[];
  readonly failed: readonly number[];
}

/** How long the attempts took. */
export function durationsChart(course: RunCourse): Html {
  const durations = durationsOf(course);
  const { done, failed } = durations;
  if (done.length + failed.length === 0) return html`<p>No attempt has ended yet.</p>`;
  const description = descriptionOf(durations);
  const axis = new DurationAxis([...done, ...failed]);
  const bins = bin<number, number>().domain(axis.domain).thresholds(axis.thresholds);
  const [ofDone, ofFailed] = [bins(done.map(axis.position)), bins(failed.map(axis.position))];
  const highest = max(ofDone, (values, n) => values.length + ofFailed[n].length) ?? 1;
  const y = scaleLinear([0, highest], [BOTTOM, CHART.top]).nice(4);
  const column = (name: string, n: number, from: number, to: number) => {
    const { x0 = 0, x1 = 0 } = ofDone[n];
    const [left, right] = [axis.scale(x0), axis.scale(x1)];
    return html`<rect class="${name}" x="${fine(left + 0.5)}" width="${fine(Math.max(0.5, right - left - 1))}" y="${fine(y(to))}" height="${fine(y(from) - y(to))}"/>`;
  };
  const columns = ofDone.map(({ length }, n) => [
    length > 0 ? column('done', n, 0, length) : undefined,
    ofFailed[n].length > 0 ? column('failed', n, length, length + ofFailed[n].length) : undefined,
  ]);
  const content = html`${xAxis(axis.ticks, BOTTOM, axis.label)}
${yAxis(y.ticks(4).filter(Number.isInteger), y, 'attempts')}${columns}`;
  const rows = ofDone.map(({ x0 = 0, x1 = 0, length }, n) => [
    `${duration(axis.seconds(x0) * 1000)} to ${duration(axis.seconds(x1) * 1000)}`,
    ...[length, ofFailed[n].length],
  ]);
  const heads = ['duration', 'done', 'failed'];
  const asTable = table({ caption: 'Durations', heads, rows: rows.filter(([, a, b]) => a !== 0 || b !== 0) });
  return html`<figure><div class="chart">
${svg({ id: 'durations', title: 'Distribution of durations', description }, BOTTOM + CHART.bottom, content)}
</div><figcaption>${description}</figcaption>
<details><summary>These figures as a table</summary>${asTable}</details></figure>`;
}

function durationsOf({ attempts }: RunCourse): Durations {
  const of = (...outcomes: string[]) =>
    attempts
      .filter(({ outcome }) => outcomes.includes(outcome))
      .map(({ start, end }) => (end - start) / 1000)
      .sort((a, b) => a - b);
  return { done: of('done'), failed: of('failed', 'dead') };
}

function descriptionOf({ done, failed }: Durations): string {
  const parts = QUANTILES.map(
    ({ share, name }) => `${name} ${duration((quantileSorted([...done], share) ?? 0) * 1000)}`,
  );
  const range = `${duration((done[0] ?? 0) * 1000)} to ${duration((done[done.length - 1] ?? 0) * 1000)}`;
  const ofDone = done.length > 0 ? `${count(done.length, 'attempt')} done in ${range}: ${parts.join(', ')}. ` : '';
  return `${ofDone}${count(failed.length, 'attempt')} failed${failed.length > 0 ? ` (orange), in ${duration(failed[0] * 1000)} to ${duration(failed[failed.length - 1] * 1000)}` : ''}.`;
}

/** The axis of durations: linear, or logarithmic if they differ much. */
class DurationAxis {
  readonly domain: [number, number];
  readonly thresholds: number[];
  private readonly isWide: boolean;

  constructor(seconds: readonly number[]) {
    const least = Math.max(min(seconds) ?? 0, 0.001);
    const most = Math.max(max(seconds) ?? 1, least);
    this.isWide = most / least > WIDE;
    this.domain = this.isWide
      ? [Math.floor(Math.log10(least) * 2) / 2, Math.ceil(Math.log10(most) * 2) / 2]
      : (scaleLinear().domain([0, most]).nice().domain() as [number, number]);
    const [from, to] = this.domain;
    this.thresholds = Array.from({ length: BINS - 1 }, (_, n) => from + ((to - from) * (n + 1)) / BINS);
  }

  readonly position = (seconds: number): number => (this.isWide ? Math.log10(Math.max(seconds, 0.001)) : seconds);

  seconds(position: number): number {
    return this.isWide ? 10 ** position : position;
  }

  get scale() {
    return scaleLinear(this.domain, ACROSS);
  }

  get ticks() {
    const values = this.isWide ? decades(this.domain) : this.scale.ticks(8);
    return values.map((value) => ({ x: this.scale(value), label: tickLabel(this.seconds(value) * 1000) }));
  }

  get label(): string {
    return this.isWide ? 'duration of an attempt, on a logarithmic scale' : 'duration of an attempt';
  }
}

/** 1, 3, 10, 30 … as logarithms. */
function decades([from, to]: readonly [number, number]): number[] {
  const all: number[] = [];
  for (let decade = Math.floor(from); decade <= to; decade++) all.push(decade, decade + Math.log10(3));
  return all.filter((value) => value >= from - 1e-9 && value <= to + 1e-9);
}
