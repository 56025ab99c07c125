import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELLO_SECONDS } from '../../../lib/contract/limits';

test('shim.sh waits HELLO_SECONDS for the first word of the courier', () => {
  const shim = readFileSync(join(__dirname, '..', '..', '..', 'lib', 'programs', 'courier', 'shim.sh'), 'utf8');
  expect(shim).toContain(`  sleep ${HELLO_SECONDS}\n`);
  expect(shim).toContain(`said nothing for ${HELLO_SECONDS} s`);
});
