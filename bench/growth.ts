/**
 * How time and memory of synth and seeding grow with the number of items: npm run bench:growth. Prints a table, and writes
 * bench/growth.svg. It takes a RabbitMQ as the tests do.
 */
import { writeFileSync } from 'node:fs';
import { WorkItems } from '../lib';
import { benchItems, type Kind } from './bench-items';
import { type Point, svg } from './plot';
import { count, MEGABYTES, printTable, SECONDS, spread, type Unit, withLoad } from './report';
import { SeedingBench } from './seeding-run';
import { setting } from './setting';
import { exponent, type Summary, summary } from './statistics';
import { synthItems } from './synth-process';

const ROUNDS = setting('ROUNDS', 3);
const MOST = setting('MOST', 1_000_000);
const COUNTS = [1000, 10_000, 100_000, 1_000_000].filter((items) => items <= MOST);
const KINDS: readonly Kind[] = ['list', 'formula'];

/** What is measured of a kind and number of items. */
const FIGURES = {
  synth: { name: 'synth', unit: SECONDS },
  synthPeak: { name: 'its peak memory', unit: MEGABYTES },
  seeding: { name: 'seeding', unit: SECONDS },
  seedingPeak: { name: 'its peak memory', unit: MEGABYTES },
} satisfies Record<string, { name: string; unit: Unit }>;

type Figure = keyof typeof FIGURES;
const ALL = Object.keys(FIGURES) as Figure[];

/** The same kind and number of items, measured once a round. */
class Case {
  private readonly rounds: Record<Figure, number>[] = [];

  constructor(
    readonly kind: Kind,
    readonly items: number,
  ) {}

  async measure(bench: SeedingBench): Promise<void> {
    const synth = await synthItems(this.kind, this.items);
    const seeding = await bench.seed(benchItems(WorkItems, this.kind, this.items));
    console.error(`${this.name}: synth ${SECONDS.of(synth.milliseconds)} s, seeding ${SECONDS.of(seeding.filling)} s`);
    this.rounds.push({
      synth: synth.milliseconds,
      synthPeak: synth.peak,
      seeding: seeding.filling,
      seedingPeak: seeding.peak,
    });
  }

  get name(): string {
    return `${this.kind} of ${count(this.items)}`;
  }

  of(figure: Figure): Summary {
    return summary(this.rounds.map((round) => round[figure]));
  }
}

function printFigures(cases: readonly Case[]): void {
  printTable(
    [`medians of ${ROUNDS}`, ...ALL.map((figure) => FIGURES[figure].name), 'items a second'],
    cases.map((one) => [
      one.name,
      ...ALL.map((figure) => spread(one.of(figure), FIGURES[figure].unit)),
      count(one.items / (one.of('seeding').median / 1000)),
    ]),
  );
}

/** Whatever has a start to pay grows slowly at first: so the last step stands beside the whole. */
function printExponents(cases: readonly Case[]): void {
  const fits = (points: readonly Point[]) =>
    `${exponent(points).toFixed(2)} (${exponent(points.slice(-2)).toFixed(2)})`;
  printTable(
    ['exponent (of the last step)', ...ALL.map((figure) => FIGURES[figure].name)],
    KINDS.map((kind) => [kind, ...ALL.map((figure) => fits(points(cases, kind, figure)))]),
  );
}

function points(cases: readonly Case[], kind: Kind, figure: Figure): Point[] {
  return cases.filter((one) => one.kind === kind).map((one) => [one.items, one.of(figure).median]);
}

function plot(cases: readonly Case[]): string {
  const panel = (title: string, scale: number, synth: Figure, seeding: Figure) => {
    const series = [
      { figure: synth, name: 'synth' },
      { figure: seeding, name: 'seeding' },
    ].flatMap(({ figure, name }) =>
      KINDS.map((kind) => ({
        name: `${name}, ${kind}`,
        points: points(cases, kind, figure).map(([items, value]): Point => [items, value / scale]),
      })),
    );
    return { title, xLabel: 'items', series, linearThrough: series[2].points[series[2].points.length - 1] };
  };
  return svg([
    panel('Time, in seconds', 1000, 'synth', 'seeding'),
    panel('Peak memory, in MB', 1e6, 'synthPeak', 'seedingPeak'),
  ]);
}

async function bench(): Promise<void> {
  const cases = KINDS.flatMap((kind) => COUNTS.map((items) => new Case(kind, items)));
  await SeedingBench.use(async (bench) => {
    for (const kind of KINDS) await new Case(kind, COUNTS[0]).measure(bench); // a warm-up: it does not count
    await withLoad(async () => {
      for (let round = 0; round < ROUNDS; round++) {
        for (const one of cases) await one.measure(bench);
      }
    });
  });
  printFigures(cases);
  printExponents(cases);
  writeFileSync('bench/growth.svg', plot(cases));
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
