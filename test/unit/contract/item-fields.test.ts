import fc from 'fast-check';
import { ItemValues, UnusableItem } from '../../../lib/contract/item-fields';
import { fieldPlaceholder, ITEM_PLACEHOLDER, itemTemplate } from '../../../lib/contract/item-templates';
import { MAX_ARGUMENT_BYTES } from '../../../lib/contract/limits';

const filled = (item: string | Buffer, text: string, before?: string) => {
  const value = new ItemValues(Buffer.from(item)).fill(itemTemplate(text) ?? [], before);
  return value instanceof UnusableItem ? value.message('an argument') : value.toString();
};
const field = (item: string | Buffer, name = 'a') => filled(item, fieldPlaceholder(name));

describe('a placeholder', () => {
  test.each(['lr', 'learning rate', 'größe', '@', 'a@b', '{{x}}', "it's", '$(x)', '%41', '', 'a:b', '🍎'])(
    'the placeholder of the field %j becomes a reference to it, and has no braces',
    (name) => {
      const placeholder = fieldPlaceholder(name);
      expect(placeholder).not.toMatch(/[{}$]/);
      if (name !== '') expect(itemTemplate(`--x=${placeholder}.`)).toEqual(['--x=', { field: name }, '.']);
    },
  );

  test('a template has what is around its placeholders, and no empty strings', () => {
    expect(itemTemplate(`${ITEM_PLACEHOLDER}${fieldPlaceholder('a')}-${ITEM_PLACEHOLDER}`)).toEqual([
      {},
      { field: 'a' },
      '-',
      {},
    ]);
    expect(itemTemplate('no @WORK_ITEM, and no @WORK_ITEM:@')).toBeUndefined();
  });
});

describe('a field of an item', () => {
  test.each([
    ['1e-05', '1e-05'],
    ['0.10', '0.10'],
    ['-0', '-0'],
    ['1E+400', '1E+400'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['true', 'true'],
    ['false', 'false'],
    ['""', ''],
    ['"it\'s \\"$(x)\\" \\\\ \\n\\t\\u0041\\ud83c\\udf4e é"', 'it\'s "$(x)" \\ \n\tA🍎 é'],
    ['"}, \\"b\\": [1"', '}, "b": [1'],
  ])('the value %s reaches the program as %j', (json, text) => {
    expect(field(`{"a":${json}}`)).toBe(text);
    expect(field(`\n{ "x" : [{"a":0}, "]"] , "a"\t:\r\n${json} , "b":{"a":{}} } `)).toBe(text);
  });

  test('the name of a field may have escapes, also in the item', () => {
    expect(field('{"\\u0061":1}')).toBe('1');
    expect(field('{"a\\"b":1}', 'a"b')).toBe('1');
    expect(field('{"__proto__":1}', '__proto__')).toBe('1');
  });

  test('of fields with the same name, the last one counts', () => {
    expect(field('{"a":1,"a":2}')).toBe('2');
  });

  test.each([
    ['{}', 'the item has no such field'],
    ['{"b":{"a":1}}', 'the item has no such field'],
    ['{"a":null}', 'it is null'],
    ['{"a":[1]}', 'it is an array'],
    ['{"a":{}}', 'it is an object'],
    ['{"a":"\\u0000"}', 'it contains a NUL or half of a surrogate pair'],
    ['{"a":"\\ud800"}', 'it contains a NUL or half of a surrogate pair'],
    ['[1]', 'the item is not a JSON object'],
    ['null', 'the item is not a JSON object'],
    ['7', 'the item is not a JSON object'],
    ['apple', 'the item is not a JSON object'],
    ['', 'the item is not a JSON object'],
    ['{"a":01}', 'the item is not a JSON object'],
    ['{"a":1}{"a":2}', 'the item is not a JSON object'],
    ['\ufeff{"a":1}', 'the item is not a JSON object'],
  ])('an item %j has no field to pass: %s', (item, reason) => {
    expect(field(item)).toBe(`field "a" of the item cannot be an argument: ${reason}`);
  });

  test('an item that is not UTF-8 has no fields', () => {
    expect(field(Buffer.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')]))).toMatch(/not a JSON object$/);
  });

  test('the limit for an argument includes the text around the field, and the name of a variable', () => {
    const item = (length: number) => JSON.stringify({ a: 'x'.repeat(length) });
    const text = `--a=${fieldPlaceholder('a')}`;
    expect(filled(item(MAX_ARGUMENT_BYTES - 4), text)).toHaveLength(MAX_ARGUMENT_BYTES);
    const reason = 'with the text around it, it has 131072 bytes, and the maximum is 131071';
    expect(filled(item(MAX_ARGUMENT_BYTES - 3), text)).toBe(`field "a" of the item cannot be an argument: ${reason}`);
    expect(filled(item(MAX_ARGUMENT_BYTES - 4), text, 'A=')).toMatch(/has 131073 bytes/);
  });

  test('any string, number and boolean of any object is passed as it is', () => {
    const scalar = fc.oneof(
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
    );
    const member = fc.oneof(scalar, fc.jsonValue());
    fc.assert(
      fc.property(fc.dictionary(fc.string(), member), fc.string({ minLength: 1 }), scalar, (others, name, value) => {
        if (typeof value === 'string' && value.includes('\0')) return;
        const item = JSON.stringify({ ...others, [name]: value }, null, 1);
        expect(field(item, name)).toBe(typeof value === 'string' ? value : JSON.stringify(value));
      }),
    );
  });
});
