import { EnvName } from '../../lib/contract/environment';
import { ExitCode } from '../../lib/contract/exit-codes';
import { useBroker } from '../../tools/programs/broker';
import { eventually } from '../../tools/until';
import { gated, journal } from '../support/use-runs';
import { BROKERS } from './support/brokers';
import { asJob, useClassicRuns } from './support/classic-runs';

const letters = [...'abcdefghijkl'];

describe.each(BROKERS)('pods on classic queues of $name', ({ start }) => {
  const broker = useBroker(start);
  const runOf = useClassicRuns(broker);

  test('three at a time do every item once, and each ends with 0; one more sees that all is settled', async () => {
    const run = runOf(letters);
    await run.seed();
    const { program, items } = journal(run);
    const codes = await asJob({ parallelism: 3, completions: 12 }, () => run.pod(program));
    expect(codes).toEqual(Array(12).fill(ExitCode.DONE));
    expect(items().sort()).toEqual(letters);
    const extra = run.pod(program);
    expect(await extra.exit()).toBe(ExitCode.DONE);
    expect(extra.courier.lastWords).toMatch(/^all 12 items settled: 12 done/);
    expect(items()).toHaveLength(12);
  });

  test('do itemsPerPod items', async () => {
    const run = runOf(['a', 'b', 'c', 'd']);
    await run.seed();
    const { program, items } = journal(run);
    expect(await run.pod(program, { [EnvName.ITEMS_PER_POD]: '3' }).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b', 'c']);
    expect(await run.depth()).toBe(1);
  });

  test('wait for the seeder, also while it is at work', async () => {
    const run = runOf(['a']);
    const { program, items } = journal(run);
    const early = run.pod(program);
    const seeder = run.seeder();
    expect(await early.exit()).toBe(ExitCode.DONE);
    expect(await seeder.exit).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a']);
  });

  test('with nothing to take do not end while another pod still holds an item', async () => {
    const run = runOf(['slow']);
    await run.seed();
    const { program, items, open } = gated(run);
    const worker = run.pod(program);
    await eventually(() => items().length === 1);
    const observer = run.pod(['true']);
    const ended = await Promise.race([observer.exit(), new Promise((resolve) => setTimeout(resolve, 8000))]);
    expect(ended).toBeUndefined();
    open();
    expect(await worker.exit()).toBe(ExitCode.DONE);
    expect(await observer.exit()).toBe(ExitCode.DONE);
    expect(observer.courier.lastWords).toMatch(/^all 1 item settled/);
  });

  test('make an item that keeps failing a dead letter with the reason, and the verdict is that of the Job', async () => {
    const run = runOf(['good', 'bad', 'fine']);
    await run.seed();
    const { program, items } = journal(run, '[ "$item" != bad ] || { echo "a bad apple" >&2; exit 3; }');
    const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '3' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['good', 'bad', 'bad', 'bad', 'fine']);
    const [dead, ...others] = await run.messages('dead');
    expect(others).toEqual([]);
    expect(dead).toMatchObject({
      id: '1',
      headers: { reason: 'exit 3', 'exit-code': 3, attempts: 3, pod: 'pod-0', stderr: 'a bad apple' },
    });
    expect(dead.body.toString()).toBe('bad');
  });

  test('that count the dead letters at the same time all count all', async () => {
    const run = runOf(['x', 'y']);
    await run.seed();
    const pods = [1, 2, 3].map(() => run.pod(['false'], { [EnvName.MAX_ATTEMPTS]: '1' }));
    for (const pod of pods) {
      expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
      expect(pod.courier.lastWords).toContain('2 dead letters');
    }
  });

  test('do the item of one whose courier is killed', async () => {
    const run = runOf(['a']);
    await run.seed();
    const first = run.pod(journal(run, 'exec sleep 1000').program);
    const { program, items } = journal(run);
    await eventually(() => items().length === 1);
    first.courier.kill();
    expect(await first.worker.exit()).toBe(ExitCode.TRY_AGAIN);
    const second = run.pod(program);
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'a']);
    // A redelivered item does not count: the pod ends by what it sees.
    expect(second.courier.lastWords).toMatch(/^all 1 item settled: 1 done; this pod: 1 item done/);
  });

  test('do the item of one whose worker is killed', async () => {
    const run = runOf(['heavy']);
    await run.seed();
    const first = run.pod(journal(run, 'sleep 1000').program);
    const { program, items } = journal(run);
    await eventually(() => items().length === 1);
    first.worker.end();
    expect(await first.courier.exit).not.toBe(ExitCode.DONE);
    expect(await run.pod(program).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['heavy', 'heavy']);
  });

  test('run an item again whose courier died before the record, and count it once', async () => {
    const run = runOf(['a', 'b']);
    await run.seed();
    const { program, items } = journal(run);
    expect(await run.pod(program, { CRASH_AT: 'before record' }).exit()).toBe('SIGKILL');
    // The first one puts the item back behind the other, because these queues do not count what was delivered before.
    expect(await run.pod(program).exit()).toBe(ExitCode.DONE);
    expect(await run.pod(program).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b', 'a']);
    expect(await run.depth()).toBe(0);
  });

  test('see that all is settled where a courier died right after the ack', async () => {
    const run = runOf(['a']);
    await run.seed();
    const { program, items } = journal(run);
    expect(await run.pod(program, { CRASH_AT: 'after ack' }).exit()).toBe('SIGKILL');
    expect(await run.pod(program).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a']);
  });

  test('that are terminated requeue their item without counting an attempt', async () => {
    const run = runOf(['a']);
    await run.seed();
    const first = run.pod(journal(run, 'exec sleep 1000').program);
    const { program, items } = journal(run);
    await eventually(() => items().length === 1);
    first.terminate();
    expect(await first.exit()).toBe(ExitCode.STOPPED);
    const second = run.pod(program);
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(second.courier.log).toContain('item 0 "a": attempt 1 of 3 done');
    expect(second.courier.lastWords).toMatch(/^all 1 item settled: 1 done; this pod: 1 item done/);
  });

  test('do every item where the broker is killed between the copy of an item that is handed over and its ack', async () => {
    const run = runOf(['a', 'b']);
    await run.seed();
    const first = run.pod(journal(run, 'exec sleep 1000').program, { CRASH_AT: 'hang before ack' });
    const { program, items, open } = gated(run, 'b');
    await eventually(() => items().length === 1);
    const before = await run.depth();
    first.terminate();
    await eventually(async () => (await run.depth()) === before + 1);
    await broker().kill();
    first.courier.kill();
    await broker().restart();
    // Now item and copy are both there. Where both counted, two pods would end with 0 before the other item is done.
    const pods = [1, 2, 3].map(() => run.pod(program));
    const ended: unknown[] = [];
    const exits = pods.map((pod) => pod.exit().then((code) => ended.push(code)));
    // Over a ledger that is a stream, the second of the two has a record by then, and does not run.
    await eventually(() => items().filter((item) => item === 'a').length >= 2 && items().includes('b'));
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(ended.length).toBeLessThan(2);
    open();
    await Promise.all(exits);
    expect(ended).toEqual(pods.map(() => ExitCode.DONE));
    expect(await run.depth()).toBe(0);
  });

  test('do every item where the broker is killed and restarted in the middle of three of them', async () => {
    const run = runOf(letters);
    await run.seed();
    const { program, items, open } = gated(run);
    const job = asJob({ parallelism: 3, completions: 12 }, () => run.pod(program));
    await eventually(() => items().length === 3);
    await broker().kill();
    open();
    await broker().restart();
    expect(await job).toEqual(Array(12).fill(ExitCode.DONE));
    expect([...new Set(items())].sort()).toEqual(letters);
    expect(await run.depth()).toBe(0);
    expect(await run.messages('dead')).toEqual([]);
  });
});
