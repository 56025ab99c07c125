import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommandLine } from '../../../cli/commands/command-line';

const GOLDEN = join(__dirname, '..', 'manifest', 'golden', 'fruits.k8s.yaml');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commands-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function streamInto(write: (text: string) => void): NodeJS.WriteStream {
  return new PassThrough().on('data', (text: Buffer) => write(text.toString())) as unknown as NodeJS.WriteStream;
}

const ran = (...args: string[]) => ranUntil(new AbortController().signal, ...args);

async function ranUntil(interrupt: AbortSignal, ...args: string[]) {
  let [out, err] = ['', ''];
  const stdout = streamInto((text) => (out += text));
  const stderr = streamInto((text) => (err += text));
  const stdin = new PassThrough() as unknown as NodeJS.ReadStream;
  const code = await runCommandLine(args, { stdin, stdout, stderr, environment: {}, interrupt });
  return { code, out, err };
}

describe('explain', () => {
  test('says what a manifest will do', async () => {
    const { code, out, err } = await ran('explain', GOLDEN);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^Run fruits-2bd4f35d9f \(chart fruits\)\n {2}Items: {5}8 items: "apple", "banana", "cherry", …/,
    );
  });

  test('with --json prints one object on a line', async () => {
    const { code, out } = await ran('explain', GOLDEN, '--json');
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ version: 1, runs: [{ items: { count: 8 } }] });
  });
});

describe.each(['explain', 'rehearse'])('%s', (command) => {
  test('of a file that does not exist is an error', async () => {
    const { code, out, err } = await ran(command, join(folder, 'nothing.yaml'));
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('nothing.yaml does not exist. Run `cdk8s synth`');
  });

  test('of a file that is not a manifest is an error, which names the file', async () => {
    const file = join(folder, 'file.yaml');
    writeFileSync(file, 'apple\n');
    const { code, err } = await ran(command, file);
    expect(code).toBe(2);
    expect(err).toContain('file.yaml: This is not a manifest of Kubernetes');
  });

  test('of a manifest without a worker Job is an error', async () => {
    const file = join(folder, 'file.yaml');
    writeFileSync(file, 'kind: Service\nmetadata: {name: "a\\e[31m"}\n');
    const { code, err } = await ran(command, file);
    expect([code, err]).toEqual([2, expect.stringContaining('The manifest has no worker Job of this package')]);
  });
});

test.each([
  ['0', 'It must be at least 1'],
  ['few', 'It must be a whole number'],
])('rehearse --items %s is an error', async (items, message) => {
  const { code, err } = await ran('rehearse', GOLDEN, '--items', items);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});

test('rehearse that is interrupted says what has ended', async () => {
  const { code, out } = await ranUntil(AbortSignal.abort(), 'rehearse', GOLDEN);
  expect(code).toBe(130);
  expect(out).toBe('Interrupted: all processes have ended, and the broker and the folders are removed\n');
});

test('completion and the guide have each command, and the guide no other', async () => {
  const guide = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'command-line.md'), 'utf8');
  const { out } = await ran('completion', 'fish');
  const completed = [...out.matchAll(/ -n __fish_use_subcommand -f -a (\S+)/g)].map(([, name]) => name);
  expect(completed).toEqual(expect.arrayContaining(['explain', 'rehearse', 'report']));
  const rows = [...guide.matchAll(/^\| \[`(\w+)[^`]*`\]\(#(\w+)\) \|/gm)];
  expect(rows.map(([, name]) => name)).toEqual(completed);
  for (const [, name, anchor] of rows) expect([anchor, guide.split('\n').includes(`## ${name}`)]).toEqual([name, true]);
});
