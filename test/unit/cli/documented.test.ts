import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitStatus } from '../../../cli/commands/exit-status';
import { OPERATOR_ROLE, ROLE_PAGE } from '../../../cli/kubernetes/api-error';

const ROOT = join(__dirname, '..', '..', '..');
const guide = readFileSync(join(ROOT, 'docs', 'command-line.md'), 'utf8');

/** What is for the program alone: a dead letter's bytes. */
const NOT_IN_JSON = ['body'];

/** The fields of the interfaces of a file. */
function fieldsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, 'cli', file), 'utf8');
  return [...new Set([...text.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name))].filter(
    (name) => !NOT_IN_JSON.includes(name),
  );
}

test.each([
  ['run-state/run-state.ts'],
  ['run-state/job-summary.ts'],
  ['dead-letters/dead-letter.ts'],
  ['explain/explanation.ts'],
  ['receipt/receipt.ts'],
])('the guide has each field of the JSON, from %s', (file) => {
  const fields = fieldsOf(file);
  expect(fields.length).toBeGreaterThan(5);
  expect(fields.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});

test('the guide has each exit code', () => {
  for (const code of Object.values(ExitStatus)) expect(guide).toMatch(new RegExp(`^\\| ${code} \\| `, 'm'));
});

test('the page that errors name for the Role exists', () => {
  const [page, anchor] = ROLE_PAGE.split('#');
  expect(readFileSync(join(ROOT, page), 'utf8')).toMatch(new RegExp(`^## ${anchor}$`, 'im'));
});

test('the Role that errors name is in the guide', () => {
  expect(guide).toMatch(new RegExp(`^ {2}name: ${OPERATOR_ROLE}$`, 'm'));
});

test('the guide has each kind of finding', () => {
  const text = readFileSync(join(ROOT, 'cli', 'receipt', 'receipt.ts'), 'utf8');
  const [, union = ''] = /type FindingKind =(.*?);/s.exec(text) ?? [];
  const kinds = [...union.matchAll(/'([\w-]+)'/g)].map(([, kind]) => kind);
  expect(kinds.length).toBeGreaterThan(5);
  for (const kind of kinds) expect(guide).toMatch(new RegExp(`^\\| \`${kind}\` \\| `, 'm'));
});
