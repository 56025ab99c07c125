import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Assembly, builtAssembly } from '../support/assembly';

const root = join(__dirname, '..', '..');
const script = join(root, 'scripts', 'compatibility', 'compatibility.mjs');

describe('`npm run lint:compatibility`', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compatibility-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** With the assembly of the build, after a change, and with these exceptions. */
  const compare = (change: (types: Assembly['types']) => void, exceptions = '') => {
    const assembly = builtAssembly();
    change(assembly.types);
    const files = [join(folder, 'changed.jsii'), join(folder, 'exceptions.txt')];
    writeFileSync(files[0], JSON.stringify(assembly));
    writeFileSync(files[1], exceptions);
    const { status, stderr } = spawnSync(process.execPath, [script, ...files], { encoding: 'utf8' });
    return { status, errors: stderr.trim().split('\n') };
  };

  const removeList: Parameters<typeof compare>[0] = (types) => {
    const items = types['cdk8s-work-queue.WorkItems'];
    items.methods = items.methods?.filter(({ name }) => name !== 'list');
  };
  const REMOVED_LIST = 'removed:cdk8s-work-queue.WorkItems.list';

  test('accepts the API of the build', () => {
    const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('fails if a member is removed, with its key', () => {
    const { status, errors } = compare(removeList);
    expect([status, errors]).toEqual([1, [expect.stringMatching(/WorkItems\.list: has been removed \[removed:.*\]$/)]]);
    expect(errors[0]).toContain(`[${REMOVED_LIST}]`);
  });

  test('fails if a property becomes required', () => {
    const { status, errors } = compare((types) => {
      const { properties } = types['cdk8s-work-queue.WorkerPoolProps'];
      const [optional] = properties?.filter((property) => property.optional) ?? [];
      Object.assign(optional, { optional: undefined });
    });
    expect([status, errors]).toEqual([1, [expect.stringContaining('newly required')]]);
  });

  test('accepts a change that is an exception, and only as long as it exists', () => {
    const exceptions = `# Since the last release:\n${REMOVED_LIST}  # it is called of\n`;
    expect(compare(removeList, exceptions).status).toBe(0);
    expect(compare(() => {}, exceptions)).toEqual({
      status: 1,
      errors: [`${REMOVED_LIST} is an exception, but no such change exists; remove its line`],
    });
  });
});
