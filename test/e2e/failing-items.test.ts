import { Network, Program, WorkItems } from '../../lib';
import { lastWords, useNamespace } from '../../tools/cluster/namespace';
import { SynthesizedRun, type SynthesizedRunProps } from '../../tools/synthesized-run';
import { Journal, witness } from './support/journal';

const ITEMS = ['apple', 'banana', 'cherry', 'date'];

describe('an item whose program fails', () => {
  const { namespace, test } = useNamespace();
  const journal = new Journal(namespace);
  beforeAll(() => journal.start());

  function runOf(runId: string, worker: SynthesizedRunProps['worker']): SynthesizedRun {
    const items = WorkItems.list(ITEMS);
    const common = { image: 'python:3.13-slim', parallelism: 2, network: Network.OPEN };
    return new SynthesizedRun({ items, seeder: { runId }, worker: { ...common, ...worker } });
  }

  test('each time is run maxAttempts times and becomes a dead letter; the others are done, and the Job fails', async () => {
    const run = runOf('always', { maxAttempts: 2, ...witness('if item == "cherry": exit(3)') });
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name);
    expect(ended.outcome).toBe('Failed: PodFailurePolicy');

    const { queueName } = run.queue;
    expect(await journal.items(queueName, 'start')).toEqual(['apple', 'banana', 'cherry', 'cherry', 'date']);
    expect(await journal.items(queueName, 'end')).toEqual(['apple', 'banana', 'date']);
    const one = ['dead', 'seeded', 'settled'].map((suffix) => [`${queueName}.${suffix}`, 1]);
    const some = ['ledger', 'events'].map((suffix) => [`${queueName}.${suffix}`, expect.any(Number)]);
    expect(await depths(queueName)).toEqual({ [queueName]: 0, ...Object.fromEntries([...one, ...some]) });
    expect(await courierWords(run)).toContain(
      'all 4 items settled: 3 done, 1 dead letter (0 tolerated): item 2 "cherry" (exit 3)',
    );
  });

  test('each time is a dead letter, and the Job is complete where one is tolerated', async () => {
    const run = runOf('tolerated', {
      maxAttempts: 2,
      toleratedDeadLetters: 1,
      ...witness('if item == "cherry": exit(3)'),
    });
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 4, 0]);

    const { queueName } = run.queue;
    expect(await journal.items(queueName, 'start')).toEqual(['apple', 'banana', 'cherry', 'cherry', 'date']);
    expect(await journal.items(queueName, 'end')).toEqual(['apple', 'banana', 'date']);
    expect(await depths(queueName)).toMatchObject({ [`${queueName}.dead`]: 1 });
    expect(await courierWords(run)).toContain(
      'all 4 items settled: 3 done, 1 dead letter (1 tolerated): item 2 "cherry" (exit 3)',
    );
  });

  test('with a permanent exit code has one attempt, and a share of dead letters is tolerated', async () => {
    const program = Program.command(
      'sh',
      '-c',
      'case $(cat) in banana) echo "no such column" >&2; exit 65 ;; cherry) exec blender --fast ;; esac',
    );
    const worker = { program, image: 'busybox:1.37', permanentExitCodes: [65, 127], toleratedDeadLettersPercent: 50 };
    const run = runOf('permanent', { ...worker, itemsPerPod: 4, parallelism: 1 });
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 1, 0]);
    const [words] = await courierWords(run);
    expect(words).toContain('all 4 items settled: 2 done, 2 dead letters (2 tolerated): ');
    expect(words).toContain('item 1 "banana" (exit 65, which is permanent: "no such column")');
    expect(words).toMatch(/item 2 "cherry" \(exit 127, which is permanent: ".*blender: not found"\)/);
  });

  test('once is run again in the same pod and is done: complete, with no failed pod', async () => {
    const run = runOf('once', { ...witness('if item == "cherry" and attempt == 1: exit(1)') });
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 4, 0]);

    const { queueName } = run.queue;
    expect(await journal.items(queueName, 'start')).toEqual(['apple', 'banana', 'cherry', 'cherry', 'date']);
    expect(await journal.items(queueName, 'end')).toEqual(ITEMS);
    const pods = await namespace.podsOf(run.job.name);
    expect(pods.map(({ status }) => status.phase)).toEqual(Array(4).fill('Succeeded'));
    const cherry = (await journal.of(queueName)).filter(({ item }) => item === 'cherry');
    expect(new Set(cherry.map(({ pod }) => pod)).size).toBe(1);
    expect(await namespace.log(cherry[0].pod, 'courier')).toMatch(
      /"cherry": attempt 1 of 3 failed \(exit 1\) after .*; trying again in/,
    );
  });

  async function courierWords(run: SynthesizedRun): Promise<string[]> {
    return (await namespace.podsOf(run.job.name)).map((pod) => lastWords(pod, 'courier'));
  }

  /** How many messages the work queue and its related queues hold, by their names. */
  async function depths(queue: string): Promise<Record<string, number>> {
    const [broker] = await namespace.list('statefulsets');
    const list = ['rabbitmqctl', '--quiet', 'list_queues', '--no-table-headers', 'name', 'messages'];
    const lines = (await namespace.run('exec', `${broker.metadata.name}-0`, '--', ...list)).trim().split('\n');
    const queues = lines.map((line) => line.split('\t')).filter(([name]) => name.startsWith(queue));
    return Object.fromEntries(queues.map(([name, messages]) => [name, Number(messages)]));
  }
});
