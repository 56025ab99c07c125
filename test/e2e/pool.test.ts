import { Network, WorkItems } from '../../lib';
import { killContainer } from '../../tools/cluster/faults';
import { lastWords, useNamespace } from '../../tools/cluster/namespace';
import { SynthesizedPoolRun, type SynthesizedPoolRunProps } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import { Journal, witness } from './support/journal';

const ITEMS = Array.from({ length: 30 }, (_, n) => String(n)).sort();

describe('a pool', () => {
  const { namespace, test, faultTest } = useNamespace();
  const journal = new Journal(namespace);
  beforeAll(() => journal.start());

  test('does every item once, and is Complete when each worker has ended', async () => {
    const run = runOf('once', { workers: 3, ...witness() });
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 3, 0]);
    expect(await journal.items(run.queue.queueName, 'start')).toEqual(ITEMS);
    expect(await journal.items(run.queue.queueName, 'end')).toEqual(ITEMS);
    for (const pod of await namespace.podsOf(run.job.name)) {
      expect(lastWords(pod, 'courier')).toMatch(/^all 30 items settled: 30 done; this pod: /);
    }
  });

  test('grows and shrinks while it runs, and loses nothing', async () => {
    // So long that pods of a slow cluster come while the first items still run.
    const pause = `sleep(20 if attempt == 1 and item in ${JSON.stringify(ITEMS.slice(0, 8))} else 0.5)`;
    const [two, five, one] = [2, 5, 1].map((workers) => runOf('elastic', { workers, ...witness(pause) }));
    const { name } = two.job;
    const { queueName } = two.queue;
    await namespace.apply(two.objects());
    await atWork(queueName, 2);
    // A Job that is changed keeps its name and its pods.
    expect(await namespace.applyAgain(five.objects())).toEqual([`job.batch/${name} configured`]);
    await atWork(queueName, 5);
    expect(await namespace.applyAgain(one.objects())).toEqual([`job.batch/${name} configured`]);
    const ended = await namespace.ended(name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 1, 0]);
    expect(await journal.items(queueName, 'end')).toEqual(ITEMS);
  });

  faultTest('whose workers are killed does the rest with those that take their place', async () => {
    const run = runOf('killed', { workers: 3, ...witness('sleep(1)') });
    const { queueName } = run.queue;
    await namespace.apply(run.objects());
    await journal.done(queueName, 3);
    const [first, second] = await atWork(queueName, 2);
    await killContainer(namespace, first, 'courier');
    await killContainer(namespace, second, 'worker');
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded]).toEqual(['Complete', 3]);
    expect(new Set(await journal.items(queueName, 'end'))).toEqual(new Set(ITEMS));
  });

  test('with another program over a settled list ends in one round of pods', async () => {
    const items = WorkItems.range(1, 200);
    const program = (runId: string, ...between: string[]) =>
      runOf(runId, { workers: 10, ...witness(...between) }, items);
    const before = program('settled');
    await namespace.apply(before.objects());
    expect((await namespace.ended(before.job.name)).outcome).toBe('Complete');
    const after = program('settled', '# another program');
    expect(after.queue.queueName).toBe(before.queue.queueName);
    await namespace.apply(after.objects());
    const ended = await namespace.ended(after.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 10, 0]);
    const pods = await namespace.podsOf(after.job.name);
    expect(pods.map((pod) => lastWords(pod, 'courier'))).toEqual(
      Array(10).fill('all 200 items settled: 200 done; this pod: no item done'),
    );
  });

  function runOf(runId: string, worker: SynthesizedPoolRunProps['worker'], items = WorkItems.list(ITEMS)) {
    const common = { image: 'python:3.13-slim', network: Network.OPEN };
    return new SynthesizedPoolRun({ items, seeder: { runId }, worker: { ...common, ...worker } });
  }

  /** Waits until so many pods have an item. */
  function atWork(queue: string, count: number): Promise<string[]> {
    return until(`${count} pods at work`, async () => {
      const pods = new Map<string, string>();
      for (const { what, item, pod } of await journal.of(queue)) {
        if (what === 'start') pods.set(item, pod);
        else pods.delete(item);
      }
      return pods.size >= count && [...pods.values()];
    });
  }
});
