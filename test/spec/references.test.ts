import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** Where the steps of the protocol are. */
const ROOMS = [
  'lib/programs/courier',
  'lib/programs/seeder',
  'lib/programs/ledger',
  'lib/programs/amqp',
  'lib/worker',
  'lib/worker/private',
  'lib/contract',
  'cli/dead-letters',
];

/** `file.ts: name` in the comments of a model. */
const REFERENCE = /([\w-]+\.ts): ([\w.]+)/g;

test.each(readdirSync(join(root, 'spec')).filter((name) => name.endsWith('.pml')))(
  '%s names steps that there are',
  (model) => {
    const references = [...readFileSync(join(root, 'spec', model), 'utf8').matchAll(REFERENCE)];
    const missing = references.filter(([, file, name]) => {
      const path = ROOMS.map((room) => join(root, room, file)).find(existsSync);
      const text = path && readFileSync(path, 'utf8');
      return !name.split('.').every((part) => part === '' || text?.includes(part));
    });
    expect(missing.map(([reference]) => reference)).toEqual([]);
  },
);
