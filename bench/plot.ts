/** A line of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export type Point = readonly [x: number, y: number];

/** Two logarithmic axes, on which linear growth is a line of a certain slope, whatever its factor is. */
export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly series: readonly Series[];
  /** Where the line of linear growth goes through. */
  readonly linearThrough: Point;
}

const [WIDTH, HEIGHT] = [460, 420];
const FRAME = { left: 64, top: 40, width: 350, height: 250 };
const BOTTOM = FRAME.top + FRAME.height;
const GRAY = '#8a8f98';
const INK = '#24292f';
const COLOURS = ['#0969da', '#1a7f37', '#bc4c00', '#8250df'];

/** Plots beside each other, as the text of an SVG file. */
export function svg(plots: readonly Plot[]): string {
  const panels = plots.map((plot, n) => `<g transform="translate(${n * WIDTH} 0)">\n${panel(plot)}\n</g>`);
  const [width, height] = [plots.length * WIDTH, HEIGHT];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    `  font-family="sans-serif" font-size="12" fill="${INK}">`,
    `<title>${plots.map(({ title }) => title).join('; ')}</title>`,
    // A background of its own: the page around it may be dark.
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function panel({ title, xLabel, series, linearThrough }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const x = axis(
    points.map(([value]) => value),
    FRAME.left,
    FRAME.width,
  );
  const y = axis(
    points.map(([, value]) => value),
    BOTTOM,
    -FRAME.height,
  );
  const line = (name: string, from: Point, to: Point, look: string) =>
    `<line class="${name}" x1="${x.at(from[0])}" y1="${y.at(from[1])}" x2="${x.at(to[0])}" y2="${y.at(to[1])}" ${look}/>`;
  const middle = FRAME.left + FRAME.width / 2;
  return [
    text(middle, 24, title, 'text-anchor="middle" font-weight="bold"'),
    ...x.ticks.flatMap((value) => [
      line('grid', [value, y.least], [value, y.most], 'stroke="#e5e7ea"'),
      text(x.at(value), BOTTOM + 18, value.toLocaleString('en-US'), 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap((value) => [
      line('grid', [x.least, value], [x.most, value], 'stroke="#e5e7ea"'),
      text(FRAME.left - 8, y.at(value) + 4, value.toLocaleString('en-US'), 'text-anchor="end"'),
    ]),
    text(middle, BOTTOM + 38, xLabel, 'text-anchor="middle"'),
    line('linear', ...linear(linearThrough, x, y), `stroke="${GRAY}" stroke-dasharray="5 4"`),
    ...series.map((one, n) => curve(one, COLOURS[n % COLOURS.length], x, y)),
    ...series.map((one, n) => key(n, one.name, COLOURS[n % COLOURS.length])),
    key(series.length, 'linear growth', GRAY, 'stroke-dasharray="5 4"'),
  ].join('\n');
}

interface Axis {
  readonly least: number;
  readonly most: number;
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** From one power of ten to another one. */
function axis(values: readonly number[], start: number, length: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (value: number) => round(start + (length * (Math.log10(value) - low)) / (high - low));
  const ticks = Array.from({ length: high - low + 1 }, (_, n) => Number(`1e${low + n}`));
  return { least: ticks[0], most: ticks[ticks.length - 1], ticks, at };
}

/** The part of y = x · factor that is inside the frame. */
function linear([px, py]: Point, x: Axis, y: Axis): [Point, Point] {
  const factor = py / px;
  const from = Math.max(x.least, y.least / factor);
  const to = Math.min(x.most, y.most / factor);
  return [
    [from, from * factor],
    [to, to * factor],
  ];
}

function curve({ points }: Series, colour: string, x: Axis, y: Axis): string {
  const places = points.map(([px, py]) => [x.at(px), y.at(py)]);
  const path = places.map((place) => place.join(',')).join(' ');
  const dots = places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`);
  return [`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`, ...dots].join('\n');
}

function key(n: number, name: string, colour: string, look = 'stroke-width="2"'): string {
  const left = FRAME.left + (n % 2) * (FRAME.width / 2);
  const top = BOTTOM + 64 + Math.floor(n / 2) * 22;
  return `<line x1="${left}" y1="${top}" x2="${left + 24}" y2="${top}" stroke="${colour}" ${look}/>\n${text(left + 32, top + 4, name)}`;
}

function text(x: number, y: number, words: string, look = ''): string {
  return `<text x="${x}" y="${y}" ${look}>${words.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
