import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvValue } from 'cdk8s-plus-28';
import { MAX_ARGUMENT_BYTES } from '../../../lib/contract/limits';
import {
  CoarseWorkerJob,
  type CoarseWorkerJobProps,
  Program,
  QueueSeeder,
  RabbitMQ,
  WorkItems,
} from '../../../lib/index';
import { newChart, SynthesizedRun } from '../../../tools/synthesized-run';

const fits = MAX_ARGUMENT_BYTES;
const long = (bytes: number) => 'x'.repeat(bytes);
const ARGUMENT = Program.command('render', Program.ITEM);

/** Makes a Job on these items, whose queue has accepted them. */
function jobOn(items: WorkItems, worker: Partial<CoarseWorkerJobProps>): () => CoarseWorkerJob {
  const chart = newChart();
  const queue = new QueueSeeder(chart, 'fruits', { broker: new RabbitMQ(chart, 'rabbitmq'), items });
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

describe('a field of the items', () => {
  const train = (...names: string[]) => Program.command('train', ...names.map(Program.field));
  const json = (...items: string[]) => WorkItems.list(items);
  const grid = WorkItems.product({ lr: [0.1, 1e-5], name: ["it's", 'b'], deep: [[1], [2]], rest: [null, 1] });

  test.each<[string, WorkItems, string[]]>([
    ['a product', grid, ['lr', 'name']],
    ['a product with values of all kinds', WorkItems.product({ a: [1, 'x', true, ''] }), ['a']],
    ['a CSV file', WorkItems.csv('examples/fruits.csv', { delimiter: ';' }), ['name', 'grams']],
    ['key ranges', WorkItems.keyRanges({ from: 0, to: 12_000, size: 5000 }), ['from', 'to']],
    [
      'big key ranges',
      WorkItems.bigKeyRanges({ from: '0', to: '18446744073709551616', size: '1152921504606846976' }),
      ['to'],
    ],
    ['no key ranges', WorkItems.keyRanges({ from: 1, to: 1, size: 5, allowEmpty: true }), ['from']],
    ['an empty list', WorkItems.list([], { allowEmpty: true }), ['lr']],
    ['strings that are JSON objects', json('{"lr":1}', ' {"lr":"x","a":[{}]} '), ['lr']],
    ['sets of several kinds', grid.concat(json('{"lr":3}'), WorkItems.product({ lr: [1] })).shuffled(1), ['lr']],
    ['only the items that are taken', json('{"lr":1}').concat(WorkItems.range(1, 9)).take(1), ['lr']],
    ['only the combinations that are taken', WorkItems.product({ a: [1, null], b: [1, 2] }).take(2), ['a']],
    [
      'only the items of a shuffle that are taken',
      json('x')
        .concat(WorkItems.product({ a: [1] }))
        .shuffled(1)
        .take(1),
      ['a'],
    ],
  ])('a field can be an argument if each item has it: %s', (_, items, names) => {
    expect(jobOn(items, { program: train(...names) })).not.toThrow();
  });

  const context = "CoarseWorkerJob 'test/render': ";
  test.each<[string, WorkItems, string, string]>([
    [
      'a missing axis',
      WorkItems.product({ lr: [1], rate: [2] }),
      'lrr',
      'field "lrr" of item 0, counted from 0, cannot be an argument: the item has no such field. The item is {"lr":1,"rate":2}. ' +
        'Its fields are "lr", "rate": write Program.field("lr"), or correct the item.',
    ],
    [
      'a missing column',
      WorkItems.csv('examples/fruits.csv', { delimiter: ';' }),
      'weight',
      'The item is {"name":"apple","grams":"182"}. Its fields are "name", "grams": write Program.field("',
    ],
    ['a field that only one item lacks', json('{"a":1}', '{"a":2}', '{}'), 'a', 'of item 2, counted from 0, cannot be'],
    ['an object without fields', json('{}'), 'a', 'no such field. The item is {}. Give the item that field.'],
    ['a field of keyRanges', WorkItems.keyRanges({ from: 0, to: 9, size: 5 }), 'start', 'Its fields are "from", "to"'],
    [
      'an array',
      grid,
      'deep',
      'field "deep" of item 0, counted from 0, cannot be an argument: it is an array. The item is {"lr":0.1,"name":"it\'s","deep":[1],"rest":null}. ' +
        'Give the items a field for each value, or let the program read the JSON from its standard input.',
    ],
    ['an object', json('{"a":{}}'), 'a', 'cannot be an argument: it is an object. The item'],
    [
      'null',
      grid,
      'rest',
      'cannot be an argument: it is null. The item is {"lr":0.1,"name":"it\'s","deep":[1],"rest":null}. Give the field a value in each item, such as "",',
    ],
    [
      'a NUL',
      WorkItems.product({ a: ['x', '\0'] }),
      'a',
      'of item 1, counted from 0, cannot be an argument: it contains a NUL',
    ],
    [
      'numbers',
      WorkItems.range(7, 9),
      'a',
      'field "a" of item 0, counted from 0, cannot be an argument: the item is not a JSON object. The item is "7". ' +
        'Use items that are JSON objects, such as those of WorkItems.product, csv, json and keyRanges. For the whole item, write Program.ITEM.',
    ],
    [
      'strings',
      json('{"a":1}', 'two\nlines'),
      'a',
      'of item 1, counted from 0, cannot be an argument: the item is not a JSON object. The item is "two\\nlines".',
    ],
    [
      'a part of a set',
      grid.concat(json('x')),
      'lr',
      'of item 16, counted from 0, cannot be an argument: the item is not a JSON object',
    ],
  ])(
    'a field that an item lacks, or whose value has no form as an argument, is an error: %s',
    (_, items, name, message) => {
      expect(jobOn(items, { program: train(name) })).toThrow(message);
      expect(jobOn(items, { program: train(name) })).toThrow(context);
    },
  );

  test('the elements of a JSON file are checked one by one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'item-use-'));
    const file = join(folder, 'items.json');
    try {
      writeFileSync(file, '[{"lr":0.10},{"lr":1e-05},{"rate":1}]');
      expect(jobOn(WorkItems.json(file), { program: train('lr') })).toThrow(/of item 2, .* The item is \{"rate":1\}/);
      expect(jobOn(WorkItems.json(file).take(2), { program: train('lr') })).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a million items of a formula are checked without creating them', () => {
    const thousand = Array.from({ length: 1000 }, (_, n) => n);
    const items = WorkItems.product({ from: thousand, seed: thousand })
      .shuffled(1)
      .concat(WorkItems.keyRanges({ from: 0, to: 1_000_000, size: 1 }));
    const create = jest.spyOn(items._content.items, 'item');
    expect(jobOn(items, { program: train('from') })).not.toThrow();
    expect(create).not.toHaveBeenCalled();
  });

  test('a field that is too long for an argument is an error, and the text around it counts', () => {
    const items = (length: number) => WorkItems.product({ a: ['x', long(length)], b: [1, 22] });
    const program = Program.command('x', `--a=${Program.field('a')},${Program.field('b')}`);
    expect(jobOn(items(fits - 7), { program })).not.toThrow();
    expect(jobOn(items(fits - 6), { program })).toThrow(
      /field "a" of item 3, counted from 0, cannot be an argument: with the text around it, it has 131072 bytes, and the maximum is 131071\. The item is \{"a":"x+…\. Let the program read/,
    );
  });

  test('a field can be a variable, with the same checks', () => {
    const envVariables = { LR: EnvValue.fromValue(`-${Program.field('lr')}`) };
    expect(jobOn(grid, { envVariables })).not.toThrow();
    expect(jobOn(json('{"rate":1}'), { envVariables })).toThrow(
      /field "lr" of item 0, counted from 0, cannot be variable LR: the item has no such field/,
    );
    const tooLong = WorkItems.product({ lr: [long(fits - 3)] });
    expect(jobOn(tooLong, { envVariables })).toThrow(/cannot be variable LR: .* it has 131072 bytes/);
  });

  test('a queue that does not know its items is accepted with any field', () => {
    class Queue extends QueueSeeder {
      public readonly items = undefined;
    }
    const chart = newChart();
    const queue = new Queue(chart, 'queue', { broker: new RabbitMQ(chart, 'rabbitmq'), items: WorkItems.list(['a']) });
    expect(() => new CoarseWorkerJob(chart, 'x', { queue, image: 'x:1', program: train('lr') })).not.toThrow();
  });
});
