import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** `file.ts: name` in the comments of a model. */
const REFERENCE = /([\w-]+\.ts): ([\w.]+)/g;

test.each(readdirSync(join(root, 'spec')).filter((name) => name.endsWith('.pml')))(
  '%s names steps that there are',
  (model) => {
    const references = [...readFileSync(join(root, 'spec', model), 'utf8').matchAll(REFERENCE)];
    const missing = references.filter(([, file, name]) => {
      const path = ['lib/programs', 'lib'].map((folder) => join(root, folder, file)).find(existsSync);
      const text = path && readFileSync(path, 'utf8');
      return !name.split('.').every((part) => part === '' || text?.includes(part));
    });
    expect(missing.map(([reference]) => reference)).toEqual([]);
  },
);
