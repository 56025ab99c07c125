import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { programFiles } from '../../../lib/manifest/program-files';

const built = (name: string) => readFileSync(join(__dirname, '..', '..', '..', 'build', 'programs', name));

test('`programFiles` reads a program from the build of this package', () => {
  const files = programFiles('credentials.js');
  expect(Object.keys(files)).toEqual(['credentials.js']);
  expect(files['credentials.js'].equals(built('credentials.js'))).toBe(true);
});

test('a large program is compressed, with what starts it beside it', () => {
  const files = programFiles('courier.js');
  expect(Object.keys(files)).toEqual(['courier.js', 'courier.js.gz']);
  expect(files['courier.js'].toString()).toContain('zcat');
  const source = gunzipSync(files['courier.js.gz']).toString();
  expect(source).toContain('settled mark');
  expect(source).toContain('amqplib');
  expect(files['courier.js.gz'].length).toBeLessThan(source.length / 3);
});

test('`programFiles` of a program that was not built is an error that says how to build it', () => {
  expect(() => programFiles('none.js')).toThrow(
    /build\/programs\/none\.js, a program that runs in the cluster, is missing\. .*run "npm run build"/,
  );
});
