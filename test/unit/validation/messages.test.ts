import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');

test('no message of the constructs has code that only TypeScript has: object literals and `new`', () => {
  const messages = execFileSync(process.execPath, ['scripts/messages.mjs'], { cwd: ROOT, encoding: 'utf8' });
  const ofConstructs = messages.split('\n').filter((line) => /^lib\/(?!programs\/)/.test(line));
  expect(ofConstructs.length).toBeGreaterThan(200);
  expect(ofConstructs.filter((line) => /\{ ?\w+: |\bnew [A-Z]/.test(line))).toEqual([]);
});
