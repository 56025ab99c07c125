import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

describe('the references of the API', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'api-'));
    execFileSync(process.execPath, ['scripts/api-docs.mjs', '--out', folder], { cwd: root, stdio: 'pipe' });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['API.md', 'docs/api/python.md', 'docs/api/java.md', 'docs/api/go.md'])(
    '%s has the docstrings as they were built; `npm run docs:api` writes it anew',
    (file) => {
      // Not `toBe`: thousands of lines of difference would take minutes.
      expect(readFileSync(join(root, file), 'utf8') === readFileSync(join(folder, file), 'utf8')).toBe(true);
    },
  );
});
