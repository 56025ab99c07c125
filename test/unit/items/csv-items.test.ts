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

  test.each([
    ['id;name\n1;apple\n2;pear\n', ';'],
    ['id\tname\r\n1\tapple\r\n', '\t'],
    ['id|name\n1|apple\n', '|'],
    ['id;name, first\n1;apple, a\n2;pear, b\n', ';'],
    ['"id";"name; first"\n"1";"apple"\n', ';'],
  ])('a CSV file whose rows another delimiter separates is an error that names the delimiter: %j', (csv, delimiter) => {
    const named = JSON.stringify(delimiter);
    expect(() => of(csv)).toThrow(`${csv.startsWith('"') ? 'set' : 'Set'} delimiter to ${named}`);
    expect(() => of(csv, delimiter)).not.toThrow();
  });

  test('the error about another delimiter says what was found and how to keep the one that was used', () => {
    expect(() => of('id;name\n1;apple\n')).toThrow(
      /: the names in the first row are \["id;name"\], and all rows contain ";" equally often\. Set delimiter to ";"\. If ";" belongs to the values, put the name of the column in quotes\.$/,
    );
    expect(texts(of('"id;name"\n1;apple\n'))).toEqual(['{"id;name":"1;apple"}']);
    expect(() => of('a,b;c\n1,2;3\n')).toThrow(
      /Set delimiter to ";"\. If ";" belongs to the values, set delimiter to ","\.$/,
    );
    expect(texts(of('a,b;c\n1,2;3\n', ','))).toEqual(['{"a":"1","b;c":"2;3"}']);
  });

  test('a `delimiter` that leaves one column is an error if another one leaves more', () => {
    expect(() => of('a,b\n1,2\n', ';')).toThrow(/Set delimiter to ","/);
  });

  test.each([
    ['id;price\n1;1,5\n2;2,5\n', /expect 1, got 2 on line 2\. All rows .* if ";" separates them: set delimiter to ";"/],
    ['id;price\n1;"1;5"\n', /Invalid Opening Quote.* line 2.* set delimiter to ";"/],
  ])('the error for a row of %j names the delimiter that the rows have', (csv, message) => {
    expect(() => of(csv)).toThrow(message);
  });

  test.each([
    ['a\nb;c\n', 'not in the header'],
    ['a;b\nc\n', 'only in the header'],
    ['a;b\nc;d\ne;f;g\n', 'not equally often'],
    ['a,b\n1;2,3\n', 'not in the header, with several columns'],
  ])('a CSV file may contain other delimiters in its values: %j', (csv) => {
    expect(() => of(csv)).not.toThrow();
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
