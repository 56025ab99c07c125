import { WorkItems } from '../../../lib/index';
import { texts, useFolder } from '../../support/items';

const file = useFolder();
const of = (csv: string | Buffer, delimiter?: string) => WorkItems.csv(file(csv), { delimiter });

describe('a CSV file', () => {
  test('each row of a CSV file becomes a JSON object of strings with the names of the header', () => {
    expect(texts(of('name,year\nfig,2026\n"a ""b"", c",01\n'))).toEqual([
      '{"name":"fig","year":"2026"}',
      '{"name":"a \\"b\\", c","year":"01"}',
    ]);
  });

  test.each([
    ['a,b\r\n1,2\r\n', 'CRLF'],
    ['a,b\n1,2', 'no line end at the end'],
    ['a,b\r\n1,2\n\n', 'different line ends, and an empty line'],
    ['\ufeffa,b\n1,2\n', 'a byte order mark'],
    ['"a","b"\n"1","2"\n', 'quotes around all'],
  ])('a CSV file is read with any line ends, byte order mark or quotes: %j', (csv) => {
    expect(texts(of(csv))).toEqual(['{"a":"1","b":"2"}']);
  });

  test('a CSV file keeps line breaks in quotes, white space and empty values', () => {
    expect(texts(of('a,b\n"x\ny", z\n,\n'))).toEqual(['{"a":"x\\ny","b":" z"}', '{"a":"","b":""}']);
  });

  test('a CSV file keeps the order of its columns, even if their names look like numbers', () => {
    expect(texts(of('b,10,2,__proto__\n1,2,3,4\n'))).toEqual(['{"b":"1","10":"2","2":"3","__proto__":"4"}']);
  });

  test('`delimiter` separates the values of a CSV file', () => {
    expect(texts(of('a;b\n1,5;2\n', ';'))).toEqual(['{"a":"1,5","b":"2"}']);
    expect(texts(of('a\tb\n1\t2\n', '\t'))).toEqual(['{"a":"1","b":"2"}']);
  });

  test.each([
    ['a,b\n1,2\n3\n', /WorkItems\.csv\(.*\): .*expect 2, got 1 on line 3\. Correct that row/],
    ['a,b\n1,2,3\n', /expect 2, got 3 on line 2/],
    ['a,b\r\n"x\r\ny",2\r\n3\r\n', /expect 2, got 1 on line 4/],
    ['a,b\n1,2\n\n\n3', /expect 2, got 1 on line 5/],
    ['ä,b\r1,2\r3,4,5\r', /expect 2, got 3 on line 3/],
    ['a,b\r\n"x\r\ny",2\r\n1,"x"y\r\n', /Invalid Closing Quote.*at line 4/],
    ['a,b\n"x\n', /Quote Not Closed.*line 2/],
    ['a,b\n1,"x\n', /Quote Not Closed.*line 2/],
    ['a,b\n1,x"y"\n', /Invalid Opening Quote.*line 2/],
    ['a,b\n1,"x"y\n', /Invalid Closing Quote.*line 2/],
    ['a,a\n1,2\n', /columns 1 and 2 have the same name "a"\. Rename one/],
    ['a,\n1,2\n', /column 2 has no name in the first row/],
    [Buffer.from('a\ncaf\xe9\n', 'latin1'), /is not UTF-8\. Convert it/],
    ['a,b\n', /there are no items/],
    ['', /there are no items/],
  ])('the CSV file %j is an error', (csv, message) => {
    expect(() => of(csv)).toThrow(message);
  });

  test.each(['', '||', '"', '\n'])('`delimiter` cannot be %j', (delimiter) => {
    expect(() => of('a\n1\n', delimiter)).toThrow(
      /delimiter is .*; it must be one character that is not a quote or a line end/,
    );
  });

  test('a CSV file that does not exist is an error', () => {
    expect(() => WorkItems.csv('no/such.csv')).toThrow(/the file cannot be read \(ENOENT/);
  });
});
