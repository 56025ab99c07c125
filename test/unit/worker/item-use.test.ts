import { MAX_ARGUMENT_BYTES } from '../../../lib/contract/limits';
import { CoarseWorkerJob, type CoarseWorkerJobProps, Program, WorkItems } from '../../../lib/index';
import { SynthesizedRun } from '../../../tools/synthesized-run';

const long = (bytes: number) => 'x'.repeat(bytes);
const ARGUMENT = Program.command('render', Program.ITEM);

/** A Job on these items; as a second one, so that the queue itself is fine with them. */
function jobOn(items: WorkItems, worker: Partial<CoarseWorkerJobProps>): () => CoarseWorkerJob {
  const { chart, queue } = new SynthesizedRun({ items });
  const image = 'busybox:1.37';
  return () => new CoarseWorkerJob(chart, 'render', { queue, image, program: Program.command('cat'), ...worker });
}

describe('a queue knows how long its longest item is', () => {
  const longest = (items: WorkItems) => new SynthesizedRun({ items }).queue.longestItemBytes;

  test.each<[string, WorkItems, number]>([
    ['in bytes', WorkItems.list(['a', 'äöü', 'bcde']), 6],
    ['of a formula', WorkItems.frames('scene_%04d', 1, 10_000), 11],
    ['of nothing', WorkItems.list([], { allowEmpty: true }), 0],
    ['of what is taken of a list', WorkItems.list(['a', long(99)]).take(1), 1],
    ['of what is taken of a product', WorkItems.product({ a: [1, 2, 333], b: [1, 22] }).take(4), 14],
    ['of what is taken of several', WorkItems.list(['a']).concat(WorkItems.range(8, 100)).take(3), 1],
    ['of what is taken of a shuffle', WorkItems.range(8, 11).shuffled(1).take(4).shuffled(2), 2],
  ])('%s', (_, items, bytes) => {
    expect(longest(items)).toBe(bytes);
  });
});

describe('an item that is too long for the program', () => {
  const fits = MAX_ARGUMENT_BYTES;

  test('is an error as an argument, which says by how much and what to do', () => {
    const items = WorkItems.list(['a', long(fits + 1)]);
    expect(jobOn(items, { program: ARGUMENT })).toThrow(
      /CoarseWorkerJob 'test\/render': the program takes the item as an argument, "\{\{work-item\}\}", which would have up to 131072 bytes: the longest item has 131072\. One of a Linux process has at most 131071\. Let the program read its standard input, or Program\.ITEM_FILE\./,
    );
    expect(jobOn(WorkItems.list([long(fits)]), { program: ARGUMENT })).not.toThrow();
  });

  test('is measured with what stands around it, and as often as it stands there', () => {
    const program = Program.command('render', `--any=${Program.ITEM},${Program.ITEM}`);
    expect(jobOn(WorkItems.list([long((fits - 7) / 2)]), { program })).not.toThrow();
    expect(jobOn(WorkItems.list([long((fits - 7) / 2 + 1)]), { program })).toThrow(/would have up to 131073 bytes/);
  });

  test('is an error as a variable, which is measured with its name', () => {
    const itemVariable = 'FRAME';
    expect(jobOn(WorkItems.list([long(fits - 6)]), { itemVariable })).not.toThrow();
    expect(jobOn(WorkItems.list([long(fits - 5)]), { itemVariable })).toThrow(
      /takes the item as a variable, "FRAME=\{\{work-item\}\}", which would have up to 131072 bytes/,
    );
  });

  test('is none on standard input or as a file', () => {
    const items = WorkItems.list([long(fits + 1)]);
    expect(jobOn(items, {})).not.toThrow();
    expect(jobOn(items, { program: Program.command('render', Program.ITEM_FILE) })).not.toThrow();
  });

  test('is none where it was left out', () => {
    const list = WorkItems.list(['a', long(fits + 1)]);
    const grid = WorkItems.product({ scene: ['a', long(fits + 1)], frame: [1, 2] });
    for (const items of [list, list.concat(WorkItems.range(1, 9)), grid]) {
      expect(jobOn(items.take(1), { program: ARGUMENT })).not.toThrow();
      expect(jobOn(items.shuffled(1), { program: ARGUMENT })).toThrow(/the longest item has 131/);
    }
  });
});
