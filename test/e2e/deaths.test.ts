import { Duration, Size } from 'cdk8s';
import { Network, WorkItems } from '../../lib';
import { killContainer } from '../../tools/cluster/faults';
import { lastWords, useNamespace } from '../../tools/cluster/namespace';
import { SynthesizedRun, type SynthesizedRunProps } from '../../tools/synthesized-run';
import { withCrashingCourier, withStillbornCourier } from './support/crashing-courier';
import { Journal, witness } from './support/journal';

const ITEMS = ['apple', 'banana', 'cherry', 'date'];

/** The first time it would work on the cherry for ever. */
const HANGS_ONCE = witness('if item == "cherry" and attempt == 1: sleep(100000)');

describe('what dies in the middle of a run', () => {
  const { namespace, test, faultTest } = useNamespace();
  const journal = new Journal(namespace);
  beforeAll(() => journal.start());

  test('a program that the kernel kills for its memory: its item is tried again, and all are done', async () => {
    const run = runOf('memory', {
      resources: { memory: { limit: Size.mebibytes(32) } },
      ...witness('if item == "cherry" and attempt == 1: hog = b"x" * (500 << 20)'),
    });
    await namespace.apply(run.objects());
    await expectAllDone(run);
    const [first] = await podsOfCherry(run);
    // With control groups of version 2 the kernel kills all of the container, else the program only.
    expect(await namespace.log(first, 'courier')).toMatch(
      /"cherry": attempt 1 of 3 failed \((SIGKILL|the worker's container died \(out of memory\?\))\) after/,
    );
  });

  test('a pod that is deleted while it works: its item goes to another pod, and no attempt is counted', async () => {
    // The Job does not bear a single failed pod.
    const run = runOf('deleted', { ...HANGS_ONCE, backoffLimit: 0 });
    await namespace.apply(run.objects());
    const { pod } = await journal.wait(run.queue.queueName, 'start', 'cherry');
    await namespace.run('delete', 'pod', pod, '--wait=false');
    await expectAllDone(run);
    const [first, second] = await podsOfCherry(run);
    expect(second).not.toBe(first);
    expect(await namespace.log(second, 'courier')).toMatch(/"cherry": attempt 1 of 3 done/);
  });

  test('a pod at its deadline: its item goes to another pod, and neither an attempt nor a failed pod is counted', async () => {
    // One at a time: the pod of the last index waits for the others, and would reach its deadline when the first one does.
    const run = runOf('deadline', { ...HANGS_ONCE, backoffLimit: 0, parallelism: 1 });
    run.setPodDeadline(Duration.seconds(30));
    await namespace.apply(run.objects());
    await expectAllDone(run);
    const [, second] = await podsOfCherry(run);
    expect(await namespace.log(second, 'courier')).toMatch(/"cherry": attempt 1 of 3 done/);
  });

  faultTest('a courier that is killed: its item goes to another pod, without a lost attempt', async () => {
    const run = runOf('courier', { ...HANGS_ONCE });
    await namespace.apply(run.objects());
    const { pod } = await journal.wait(run.queue.queueName, 'start', 'cherry');
    await killContainer(namespace, pod, 'courier');
    await expectAllDone(run);
    const [first, second] = await podsOfCherry(run);
    expect(lastWords(await namespace.get('pod', first), 'worker')).toBe('the courier has died');
    expect(await namespace.log(second, 'courier')).toMatch(/"cherry": attempt 1 of 3 done/);
  });

  test('a courier that dies before it has made its FIFOs: the worker does not wait as for an image', async () => {
    const run = runOf('stillborn', { ...witness(), backoffLimit: 0, parallelism: 1 });
    await namespace.apply(withStillbornCourier(run.objects()));
    const ended = await namespace.ended(run.job.name);
    expect(ended.outcome).toBe('Failed: BackoffLimitExceeded');
    const [pod] = await namespace.podsOf(run.job.name);
    expect(lastWords(pod, 'worker')).toMatch(/^the courier's container was created but did not start within 2 min/);
  });

  faultTest(
    "a worker's container that is killed: its item answers for it, with an attempt, and not the Job",
    async () => {
      const run = runOf('worker', { ...HANGS_ONCE, backoffLimit: 0 });
      await namespace.apply(run.objects());
      const { pod } = await journal.wait(run.queue.queueName, 'start', 'cherry');
      await killContainer(namespace, pod, 'worker');
      await expectAllDone(run);
      const [first, second] = await podsOfCherry(run);
      expect(lastWords(await namespace.get('pod', first), 'courier')).toMatch(
        /^item 2 "cherry": the worker's container died .*; another pod tries again$/,
      );
      expect(await namespace.log(second, 'courier')).toMatch(/"cherry": attempt 2 of 3 done/);
    },
  );

  test('a pod right after its ack: nothing is run twice, and a pod that finds all settled takes its place', async () => {
    const run = runOf('acknowledged', { ...witness() });
    await namespace.apply(withCrashingCourier(run.objects(), 'cherry'));
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 4, 1]);
    expect(await journal.items(run.queue.queueName, 'start')).toEqual(ITEMS);
    expect(await journal.items(run.queue.queueName, 'end')).toEqual(ITEMS);

    const pods = await namespace.podsOf(run.job.name);
    const [{ pod }] = (await journal.of(run.queue.queueName)).filter(({ item }) => item === 'cherry');
    expect(pods.filter(({ status }) => status.phase === 'Failed').map(({ metadata }) => metadata.name)).toEqual([pod]);
    const words = pods.map((one) => lastWords(one, 'courier'));
    expect(words).toContain('all 4 items settled: 4 done; this pod: no item done');
  });

  function runOf(runId: string, worker: SynthesizedRunProps['worker']): SynthesizedRun {
    const items = WorkItems.list(ITEMS);
    const common = { image: 'python:3.13-slim', parallelism: 2, network: Network.OPEN };
    return new SynthesizedRun({ items, seeder: { runId }, worker: { ...common, ...worker } });
  }

  /** The Job is complete, every item is done once, and the cherry was begun twice. */
  async function expectAllDone(run: SynthesizedRun): Promise<void> {
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded]).toEqual(['Complete', 4]);
    expect(await journal.items(run.queue.queueName, 'start')).toEqual(['apple', 'banana', 'cherry', 'cherry', 'date']);
    expect(await journal.items(run.queue.queueName, 'end')).toEqual(ITEMS);
  }

  /** The pods that began the cherry, in their order. */
  async function podsOfCherry(run: SynthesizedRun): Promise<string[]> {
    const entries = await journal.of(run.queue.queueName);
    return entries.filter(({ what, item }) => what === 'start' && item === 'cherry').map(({ pod }) => pod);
  }
});
