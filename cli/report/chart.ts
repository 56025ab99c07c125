import { type ScaleTime, scaleUtc } from 'd3-scale';
import { duration } from '../../lib/programs/runtime/log';
import { Html, type HtmlValue, html } from './html';

/** The size of a chart in its own units. The page scales it to its width. */
export const CHART = { width: 1100, left: 104, right: 16, top: 8, bottom: 44 } as const;

/** From the left end of a chart's frame to its right end. */
export const ACROSS: [number, number] = [CHART.left, CHART.width - CHART.right];

/** Times since the start of the run. A scale of dates has the ticks that people expect of times. */
export type TimeScale = ScaleTime<number, number>;

export function timeScale(milliseconds: number): TimeScale {
  return scaleUtc([0, Math.max(milliseconds, 1)], ACROSS);
}

/** A chart of its own, with a text that says what it shows to those who do not see it. */
export interface ChartText {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

export function svg({ id, title, description }: ChartText, height: number, content: HtmlValue): Html {
  const labels = `${id}-title ${id}-text`;
  return html`<svg id="${id}" viewBox="0 0 ${CHART.width} ${height}" role="img" aria-labelledby="${labels}">
<title id="${id}-title">${title}</title><desc id="${id}-text">${description}</desc>
${content}
</svg>`;
}

/** The axis of times below a chart, with lines through it. */
export function timeAxis(scale: TimeScale, bottom: number): Html {
  const ticks = scale.ticks(8).map((tick) => ({ x: scale(tick), label: tickLabel(tick.getTime()) }));
  return xAxis(ticks, bottom, 'time since the start');
}

/** As {@link duration}, but with minutes from the first one on. */
export function tickLabel(milliseconds: number): string {
  if (milliseconds === 0) return '0';
  const seconds = milliseconds / 1000;
  if (seconds < 60 || seconds >= 120) return duration(milliseconds);
  return seconds === 60 ? '1 min' : `1 min ${Math.round(seconds - 60)} s`;
}

export interface Tick {
  readonly x: number;
  readonly label: string;
}

export function xAxis(ticks: readonly Tick[], bottom: number, label: string): Html {
  const marks = ticks.map(
    ({ x, label }) =>
      html`<line class="grid" x1="${fine(x)}" x2="${fine(x)}" y1="${CHART.top}" y2="${bottom}"/><text x="${fine(x)}" y="${bottom + 16}" text-anchor="middle">${label}</text>`,
  );
  const middle = (ACROSS[0] + ACROSS[1]) / 2;
  return html`${marks}<line class="axis" x1="${ACROSS[0]}" x2="${ACROSS[1]}" y1="${bottom}" y2="${bottom}"/><text class="label" x="${middle}" y="${bottom + 36}" text-anchor="middle">${label}</text>`;
}

/** The axis of numbers at the left of a chart. */
export function yAxis(ticks: readonly number[], scale: (value: number) => number, label: string): Html {
  const marks = ticks.map((tick) => {
    const y = fine(scale(tick));
    return html`<line class="grid" x1="${ACROSS[0]}" x2="${ACROSS[1]}" y1="${y}" y2="${y}"/><text x="${CHART.left - 8}" y="${fine(y + 4)}" text-anchor="end">${tick.toLocaleString('en-US')}</text>`;
  });
  const middle = fine((scale(ticks[0] ?? 0) + scale(ticks[ticks.length - 1] ?? 0)) / 2);
  return html`${marks}<text class="label" transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${label}</text>`;
}

/** Markup of many parts, none of which needs escaping. */
export function joined(parts: readonly string[]): Html {
  return new Html(parts.join(''));
}

/** A coordinate, as exact as it can be seen. */
export function fine(value: number): number {
  return Math.round(value * 10) / 10;
}
