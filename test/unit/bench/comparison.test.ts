import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../../bench/comparison/journal';
import { ITEMS, NUMBERS, type StartedRun, wayOf } from '../../../bench/comparison/way';

describe('the comparison with other tools', () => {
  const folder = mkdtempSync(join(tmpdir(), 'comparison-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function journal(...entries: (readonly [what: string, item: number, worker: string])[]): Journal {
    const path = join(folder, 'journal');
    writeFileSync(path, entries.map((entry) => `${entry.join('\t')}\n`).join(''));
    return new Journal(path);
  }

  test('the journal counts an item that was begun twice and done once as begun twice only', () => {
    const counts = journal(['start', 1, 'a'], ['start', 1, 'b'], ['end', 1, 'b']).counts();
    expect(counts).toEqual({ done: new Set([1]), doneAgain: 0, begunAgain: 1 });
  });

  test('an item that ran to its end twice is done twice', () => {
    const counts = journal(['start', 1, 'a'], ['start', 1, 'b'], ['end', 1, 'b'], ['end', 1, 'a']).counts();
    expect(counts).toEqual({ done: new Set([1]), doneAgain: 1, begunAgain: 1 });
  });

  test('the workers that run are those whose last entry is a start, the latest first', () => {
    const entries = journal(['start', 1, 'a'], ['start', 2, 'b'], ['end', 1, 'a'], ['start', 3, 'a']);
    expect(entries.running()).toEqual(['a', 'b']);
  });

  test('an item is lost if it is not done and the tool does not have it any more', async () => {
    const done = NUMBERS.slice(0, ITEMS - 3).map((item) => ['end', item, 'a'] as const);
    const run: StartedRun = {
      began: 0,
      journal: journal(...done),
      end: async () => ({ verdict: 'hangs', hanging: 'the caller', left: [1, ITEMS] }),
      close: async () => {},
    };
    const site = { open: async () => {}, close: async () => {} };
    const way = wayOf({ key: 'tool', name: 'tool', site, faults: {}, start: async () => run });
    expect(await way.run()).toMatchObject({ lost: 2, doneAgain: 0, begunAgain: 0, hanging: 'the caller' });
  });
});
