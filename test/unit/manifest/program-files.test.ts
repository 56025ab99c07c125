import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programFile } from '../../../lib/manifest/program-files';

test('`programFile` reads a program from the build of this package', () => {
  const built = join(__dirname, '..', '..', '..', 'build', 'programs', 'courier.js');
  expect(programFile('courier.js').equals(readFileSync(built))).toBe(true);
});

test('`programFile` of a program that was not built is an error that says how to build it', () => {
  expect(() => programFile('none.js')).toThrow(
    /build\/programs\/none\.js, a program that runs in the cluster, cannot be read \(ENOENT.*run "npm run build"/,
  );
});
