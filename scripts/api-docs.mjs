// Writes the reference of the API for each language from the docstrings of the last build. `--out FOLDER` writes elsewhere, for
// the test that compares them.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { out: { type: 'string', default: root } } });

const FILES = {
  typescript: 'API.md',
  python: 'docs/api/python.md',
  java: 'docs/api/java.md',
  go: 'docs/api/go.md',
};

for (const [language, file] of Object.entries(FILES)) {
  const output = join(values.out, file);
  mkdirSync(dirname(output), { recursive: true });
  const docgen = join(root, 'node_modules', 'jsii-docgen', 'bin', 'jsii-docgen');
  execFileSync(process.execPath, [docgen, '--language', language, '--output', output], { cwd: root, stdio: 'pipe' });
}
