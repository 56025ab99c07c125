import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

test('API.md has the docstrings as they were built; `npm run docs:api` writes it anew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const generated = join(folder, 'API.md');
    const docgen = join(root, 'node_modules', 'jsii-docgen', 'bin', 'jsii-docgen');
    execFileSync(process.execPath, [docgen, '--output', generated], { cwd: root, stdio: 'pipe' });
    // Not `toBe`: thousands of lines of difference would take minutes.
    expect(readFileSync(join(root, 'API.md'), 'utf8') === readFileSync(generated, 'utf8')).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
