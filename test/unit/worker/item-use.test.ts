import { MAX_ARGUMENT_BYTES } from '../../../lib/contract/limits';
import { CoarseWorkerJob, type CoarseWorkerJobProps, Program, WorkItems } from '../../../lib/index';
import { SynthesizedRun } from '../../../tools/synthesized-run';

const long = (bytes: number) => 'x'.repeat(bytes);
const ARGUMENT = Program.command('render', Program.ITEM);

/** Makes a second Job on these items, whose queue has accepted them. */
function jobOn(items: WorkItems, worker: Partial<CoarseWorkerJobProps>): () => CoarseWorkerJob {
  const { chart, queue } = new SynthesizedRun({ items });
  const image = 'busybox:1.37';
  return () => new CoarseWorkerJob(chart, 'render', { queue, image, program: Program.command('cat'), ...worker });
}

describe('longestItemBytes', () => {
  const longest = (items: WorkItems) => new SynthesizedRun({ items }).queue.longestItemBytes;

  test.each<[string, WorkItems, number]>([
    ['counted in bytes', WorkItems.list(['a', 'äöü', 'bcde']), 6],
    ['a formula', WorkItems.frames('scene_%04d', 1, 10_000), 11],
    ['an empty list', WorkItems.list([], { allowEmpty: true }), 0],
    ['`take` of a list', WorkItems.list(['a', long(99)]).take(1), 1],
    ['`take` of a product', WorkItems.product({ a: [1, 2, 333], b: [1, 22] }).take(4), 14],
    ['`take` of `concat`', WorkItems.list(['a']).concat(WorkItems.range(8, 100)).take(3), 1],
    ['`take` of `shuffled`', WorkItems.range(8, 11).shuffled(1).take(4).shuffled(2), 2],
  ])('a queue knows the size of its longest item: %s', (_, items, bytes) => {
    expect(longest(items)).toBe(bytes);
  });
});

describe('an item that is too long for the program', () => {
  const fits = MAX_ARGUMENT_BYTES;

  test('an item that is too long for an argument is an error that says by how much and what to do', () => {
    const items = WorkItems.list(['a', long(fits + 1)]);
    expect(jobOn(items, { program: ARGUMENT })).toThrow(
      /CoarseWorkerJob 'test\/render': the program gets the item as an argument, "@WORK_ITEM@", which would have up to 131072 bytes, because the longest item has 131072 bytes; an argument of a Linux process has at most 131071 bytes\. Let the program read the item from its standard input, or from Program\.ITEM_FILE\./,
    );
    expect(jobOn(WorkItems.list([long(fits)]), { program: ARGUMENT })).not.toThrow();
  });

  test('the size of an argument includes the text around the item, and each occurrence of the item', () => {
    const program = Program.command('render', `--any=${Program.ITEM},${Program.ITEM}`);
    expect(jobOn(WorkItems.list([long((fits - 7) / 2)]), { program })).not.toThrow();
    expect(jobOn(WorkItems.list([long((fits - 7) / 2 + 1)]), { program })).toThrow(/would have up to 131073 bytes/);
  });

  test('an item that is too long for a variable is an error, and the name of the variable counts', () => {
    const itemVariable = 'FRAME';
    expect(jobOn(WorkItems.list([long(fits - 6)]), { itemVariable })).not.toThrow();
    expect(jobOn(WorkItems.list([long(fits - 5)]), { itemVariable })).toThrow(
      /gets the item as a variable, "FRAME=@WORK_ITEM@", which would have up to 131072 bytes/,
    );
  });

  test('an item of any length is accepted on standard input and as a file', () => {
    const items = WorkItems.list([long(fits + 1)]);
    expect(jobOn(items, {})).not.toThrow();
    expect(jobOn(items, { program: Program.command('render', Program.ITEM_FILE) })).not.toThrow();
  });

  test('only the items that are taken count for the longest item', () => {
    const list = WorkItems.list(['a', long(fits + 1)]);
    const grid = WorkItems.product({ scene: ['a', long(fits + 1)], frame: [1, 2] });
    for (const items of [list, list.concat(WorkItems.range(1, 9)), grid]) {
      expect(jobOn(items.take(1), { program: ARGUMENT })).not.toThrow();
      expect(jobOn(items.shuffled(1), { program: ARGUMENT })).toThrow(/the longest item has 131/);
    }
  });
});
