import { WorkItems } from '../../../lib/index';
import { texts, useFolder } from '../../support/items';

const file = useFolder();
const of = (json: string | Buffer, pointer?: string) => WorkItems.json(file(json), { pointer });

describe('a JSON file', () => {
  test('each element of a JSON file becomes an item: strings as they are, other values as JSON on one line', () => {
    const items = of('[\n "a \\"b\\"\\n", "", 1, true, null, [1, [2]], { "x": {"y": "z"},\n "a": [] }\n]');
    expect(texts(items)).toEqual(['a "b"\n', '', '1', 'true', 'null', '[1,[2]]', '{"x":{"y":"z"},"a":[]}']);
  });

  test('numbers of a JSON file stay as they are written', () => {
    const numbers = ['12345678901234567890', '1.0', '-0', '1E5', '0.30000000000000004000', '1e400'];
    expect(texts(of(`[${numbers.join(', ')}, {"id": 9007199254740993}]`))).toEqual([
      ...numbers,
      '{"id":9007199254740993}',
    ]);
  });

  test('a JSON file may have a byte order mark', () => {
    expect(texts(of('\ufeff["a"]'))).toEqual(['a']);
  });

  test('members of a JSON file that have names of the prototype are kept', () => {
    expect(texts(of('[{"__proto__":{"a":1},"constructor":2}]'))).toEqual(['{"__proto__":{"a":1},"constructor":2}']);
  });

  test.each([
    ['no/such.json', /the file cannot be read \(ENOENT/],
    ['[1,', /is not JSON \(.*position 3/],
    ['', /is not JSON/],
    [Buffer.from('["caf\xe9"]', 'latin1'), /is not UTF-8/],
    ['[]', /there are no items/],
    [
      '{"a": [1], "b": 2}',
      /the document is an object with the members a, b, not an array\. Set pointer to the place of the array/,
    ],
    ['{}', /the document is an empty object, not an array/],
    ['"text"', /the document is a string, not an array/],
    ['12', /the document is a number, not an array/],
    ['["\\ud800"]', /element 0 contains half of a surrogate pair/],
  ])('the JSON file %j is an error', (content, message) => {
    const path = content === 'no/such.json' ? content : file(content);
    expect(() => WorkItems.json(path)).toThrow(message);
  });
});

describe('a pointer', () => {
  const document = JSON.stringify({
    data: { items: ['a'] },
    '': ['b'],
    'x/y': ['c'],
    'm~n': ['d'],
    list: [[], ['e']],
    null: null,
  });

  test.each([
    ['/data/items', 'a'],
    ['/', 'b'],
    ['/x~1y', 'c'],
    ['/m~0n', 'd'],
    ['/list/1', 'e'],
  ])('`pointer` %j finds the array', (pointer, item) => {
    expect(texts(of(document, pointer))).toEqual([item]);
  });

  test.each([
    ['data', /the pointer "data" is not a JSON Pointer \(RFC 6901\)\. Begin it with "\/"/],
    ['#/data', /is not a JSON Pointer \(RFC 6901\)/],
    ['/m~n', /is not a JSON Pointer \(RFC 6901\)/],
    ['/data/item', /the value at "\/data" is an object with the members items and has no "item"/],
    ['/list/2', /the value at "\/list" is an array of 2 and has no "2"/],
    ['/list/01', /has no "01"/],
    ['/list/-', /has no "-"/],
    ['/list/length', /has no "length"/],
    ['/toString', /has no "toString"/],
    ['/null/x', /the value at "\/null" is null and has no "x"/],
    ['/data', /the value at "\/data" is an object with the members items, not an array/],
  ])('`pointer` %j is an error', (pointer, message) => {
    expect(() => of(document, pointer)).toThrow(message);
  });
});

test.each(['{"a":1}\n{"a":2}\n', '1\r\n\r\n2\r\n', '"a"\n["b"]\nbroken'])(
  'JSON Lines are an error that names WorkItems.lines: %j',
  (content) => {
    expect(() => WorkItems.json(file(content))).toThrow(
      /the file is not JSON \(.*\)\. It is JSON Lines: read it with WorkItems\.lines\.$/,
    );
  },
);

test.each(['[1,\n2', 'a\nb\n', '1 2'])('what is neither JSON nor JSON Lines is an error: %j', (content) => {
  expect(() => WorkItems.json(file(content))).toThrow(/the file is not JSON \(.*\)\. Correct it\.$/);
});
