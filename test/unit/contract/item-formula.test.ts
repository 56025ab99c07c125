import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import * as fc from 'fast-check';
import { itemsPiece } from '../../../lib/contract/item-frames';
import { WorkItems } from '../../../lib/index';
import type * as Program from '../../../lib/programs/seeder/read-items';
import { type ItemsModel, itemsModel } from '../../support/items-model';

let folder: string;
/** The module of the seeder, bundled from the programs' sources with the tool of the build. */
let program: typeof Program;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'item-formula-'));
  const outfile = join(folder, 'read-items.js');
  const entry = join(__dirname, '..', '..', '..', 'lib', 'programs', 'seeder', 'read-items.ts');
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', target: 'node20', minify: true });
  program = require(outfile);
});
afterAll(() => rmSync(folder, { recursive: true }));

function unfolded(items: WorkItems): string[] {
  const { pieces, digest } = items._packed;
  for (const [n, piece] of pieces.entries()) writeFileSync(join(folder, itemsPiece(n)), piece);
  const sequence = program.readItems({ itemsFolder: folder, itemCount: items.count, digest });
  return Array.from({ length: sequence.count }, (_, n) => sequence.item(n).toString());
}

test('the seeder unfolds any formula into the items of the synth', () => {
  // biome-ignore lint/nursery/noFloatingPromises: a property that is not asynchronous is checked at once
  fc.assert(
    fc.property(itemsModel, ({ items, expected }: ItemsModel) => {
      expect(unfolded(items)).toEqual(expected);
      expect(items.count).toBe(expected.length);
      const longest = expected.reduce((max, item) => Math.max(max, Buffer.byteLength(item)), 0);
      expect(items._content.items.longestOf(items.count)).toBe(longest);
      const bytes = expected.reduce((sum, item) => sum + Buffer.byteLength(item), 0);
      const estimate = items._content.items.bytesOf(items.count);
      expect(estimate).toBeGreaterThanOrEqual(bytes);
      expect(estimate).toBeLessThanOrEqual(longest * expected.length);
    }),
    { numRuns: 500 },
  );
});

test('a formula returns its items in any order of requests', () => {
  // biome-ignore lint/nursery/noFloatingPromises: a property that is not asynchronous is checked at once
  fc.assert(
    fc.property(itemsModel, fc.infiniteStream(fc.nat()), ({ items, expected }, numbers) => {
      fc.pre(expected.length > 0);
      for (const number of numbers.take(20)) {
        const n = number % expected.length;
        expect(items._content.items.item(n).toString()).toBe(expected[n]);
      }
    }),
  );
});

test('the seeder refuses a stream of another synth', () => {
  const items = WorkItems.range(1, 3);
  unfolded(items);
  const source = { itemsFolder: folder, itemCount: 3, digest: items._packed.digest };
  expect(() => program.readItems({ ...source, itemCount: 4 })).toThrow(
    /differ from those of the synth: 3 items, not 4/,
  );
  expect(() => program.readItems({ ...source, digest: 'x' })).toThrow(
    /differ from those of the synth: digest \w{64}, not x/,
  );
});
