import { createHash, randomBytes } from 'node:crypto';
import { Program, WorkItems } from '../../lib';
import { useNamespace } from '../../tools/cluster/namespace';
import { FRUITS, SynthesizedRun, type SynthesizedRunProps } from '../../tools/synthesized-run';

const LARGE = 200_000;

/** What shells, YAML, JSON, Kubernetes or AMQP could take for something else. */
const ITEMS = [
  '',
  '\n',
  'one\ntwo\r\nthree\n\n',
  '  spaces at the ends \t',
  'NUL \0 in the middle\0',
  'Grüße, 世界, 🍌, e\u0301, \u2028, \ufeff',
  '--help',
  '-n',
  '$(QUEUE) $(x) $$(x) $QUEUE `id`',
  `"double" 'single' \\ back\\slash`,
  '{"json": [null]} # yaml: {{ go }}',
  'x'.repeat(LARGE),
].map((text) => Buffer.from(text));
const BYTES = [Buffer.from([0, 255, 254, 10, 13, 128]), randomBytes(LARGE)];

const SHA256 = 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())';

describe('on the standard input of a program', () => {
  const { namespace, test } = useNamespace();
  const everything = WorkItems.base64([...ITEMS, ...BYTES].map((bytes) => bytes.toString('base64')));
  const digests = [...ITEMS, ...BYTES].map((bytes) => createHash('sha256').update(bytes).digest('hex')).sort();

  test('items of any bytes are what they were, byte for byte, in busybox', async () => {
    const run = runOf('busybox', everything, { itemsPerPod: 5, program: Program.command('sha256sum') });
    expect(await complete(run)).toBe(3);
    expect((await namespace.output(run.job.name)).sort()).toEqual(digests.map((digest) => `${digest}  -`));
  });

  test('items of any bytes are what they were, byte for byte, in python', async () => {
    const program = Program.command('python3', '-c', SHA256);
    const run = runOf('python', everything, { itemsPerPod: 5, image: 'python:3.13-slim', program });
    expect(await complete(run)).toBe(3);
    expect((await namespace.output(run.job.name)).sort()).toEqual(digests);
  });

  test('items may be left unread, small or large', async () => {
    const items = WorkItems.list(['small', 'x'.repeat(LARGE)]);
    const run = runOf('unread', items, { program: Program.command('echo', 'did not read') });
    expect(await complete(run)).toBe(2);
    expect(await namespace.output(run.job.name)).toEqual(['did not read', 'did not read']);
  });

  test('eight items come to three pods with itemsPerPod: 3, each once', async () => {
    const program = Program.command('sh', '-c', 'cat; echo');
    const run = runOf('three', WorkItems.list(FRUITS), { itemsPerPod: 3, program });
    expect(run.job.completions).toBe(3);
    expect(await complete(run)).toBe(3);
    expect((await namespace.output(run.job.name)).sort()).toEqual(FRUITS);
    expect(await namespace.podsOf(run.job.name)).toHaveLength(3);
  });

  test('an item comes to a program whose arguments are as they were given', async () => {
    const args = ['$(QUEUE)', '$$', '--', '-n', '"', "it's", '', 'a b', '*', 'é'];
    const program = Program.command('sh', '-c', 'for a in "$@"; do echo "<$a>"; done; cat; echo', 'sh', ...args);
    const run = runOf('arguments', WorkItems.list(['item']), { program });
    expect(await complete(run)).toBe(1);
    expect(await namespace.output(run.job.name)).toEqual([...args.map((arg) => `<${arg}>`), 'item']);
  });

  function runOf(runId: string, items: WorkItems, worker: SynthesizedRunProps['worker']): SynthesizedRun {
    return new SynthesizedRun({
      items,
      seeder: { runId },
      worker: { image: 'busybox:1.37', parallelism: 2, ...worker },
    });
  }

  /** Runs it to its end; answers how many pods succeeded. */
  async function complete(run: SynthesizedRun): Promise<number> {
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.failed]).toEqual(['Complete', 0]);
    return ended.succeeded;
  }
});
