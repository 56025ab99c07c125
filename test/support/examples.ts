import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** A worker Job of an example, and all the lines that its programs write. */
export interface ShownJob {
  /** The name without the hash at its end. */
  readonly name: string;
  readonly completions: number;
  readonly lines: readonly string[];
}

/** The files on the volume that examples/files.ts requires. */
export const SHOWN_FILES = ['2026-03/north.pgm', '2026-03/south.pgm', '2026-04/north.pgm'];

/** What the apps in examples/ do, in a rehearsal and on a cluster. */
export const SHOWN: Record<string, ShownJob[]> = {
  'examples/amqp-consume.ts': [
    {
      name: 'page-job-wq-1',
      completions: 8,
      lines: ['apple', 'banana', 'cherry', 'date', 'fig', 'grape', 'lemon', 'melon'].map(
        (item) => `Processing ${item}`,
      ),
    },
  ],
  'examples/own-consumers.ts': [
    {
      name: 'factors-factor',
      completions: 3,
      lines: [12, 17, 28, 36, 97, 360, 496, 1001].map((n) => `${n} has the factors [${factorsOf(n).join(', ')}]`),
    },
  ],
  'examples/frames.ts': [
    { name: 'frames-render', completions: 6, lines: numbers(1, 24).map((n) => `rendered scene_${padded(n, 4)}.png`) },
  ],
  'examples/files.ts': [
    {
      name: 'files-checksum',
      completions: 3,
      lines: SHOWN_FILES.map((file) => `${createHash('sha256').update(scan(file)).digest('hex')}  /data/${file}`),
    },
  ],
  'examples/key-ranges.ts': [
    {
      name: 'key-ranges-convert',
      completions: 5,
      lines: [
        'keys 1 to 2500: 2500 rows',
        'keys 2501 to 5000: 2500 rows',
        'keys 5001 to 7500: 2500 rows',
        'keys 7501 to 10000: 2500 rows',
        'keys 10001 to 12000: 2000 rows',
      ],
    },
  ],
  'examples/pool.ts': [
    { name: 'tiles-draw', completions: 3, lines: numbers(1, 60).map((n) => `drew tile-${padded(n, 4)}.png`) },
  ],
  'examples/sweep.ts': [{ name: 'sweep-descend', completions: 3, lines: descents() }],
  'examples/library.ts': [
    {
      name: 'night-invoices-work',
      completions: 2,
      lines: ['Berlin', 'Lyon', 'São Paulo'].map((shop) => `invoiced ${shop}`),
    },
    {
      name: 'night-reports-work',
      completions: 3,
      lines: ['Berlin', 'Lyon', 'São Paulo'].flatMap((shop) =>
        ['sales', 'stock'].map((of) => `reported ${JSON.stringify({ shop, of })}`),
      ),
    },
    { name: 'night-archives-work', completions: 2, lines: numbers(1, 4).map((n) => `archived shelf-${padded(n, 2)}`) },
  ],
};

/** Examples whose pods have no courier, which a rehearsal does not imitate. */
export const WITHOUT_COURIER = ['examples/amqp-consume.ts', 'examples/own-consumers.ts'];

/** The content of one of {@link SHOWN_FILES}. */
function scan(file: string): string {
  return readFileSync(join(ROOT, 'examples', 'scans', file), 'utf8');
}

/** The lines in an order that can be compared, without figures, which processors may round differently. */
export function comparable(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/-?\d\.\de[+-]\d+$/, 'x')).sort();
}

function factorsOf(number: number): number[] {
  return numbers(1, number).filter((n) => number % n === 0);
}

function descents(): string[] {
  return [0.01, 0.1, 0.3].flatMap((rate) =>
    [1, 2, 4].flatMap((steepness) =>
      [1, 10].map((start) => {
        const end = rate * steepness > 1 ? 'runs off to' : 'ends at';
        return `rate ${rate}, steepness ${steepness}, start ${start} ${end} x`;
      }),
    ),
  );
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

function padded(n: number, digits: number): string {
  return String(n).padStart(digits, '0');
}
