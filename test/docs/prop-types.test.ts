import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

test('lib/validation/prop-types.ts has the properties as they were built; `npm run prop-types` writes it anew', () => {
  const written = execFileSync(process.execPath, ['scripts/prop-types.mjs', '--print'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(readFileSync(join(root, 'lib', 'validation', 'prop-types.ts'), 'utf8')).toBe(written);
});
